/** `--dump`: the text forms of what is between the phases. */
import { suggestion } from './suggestion.ts';
import { printGraph } from '../compiler/ir/print.ts';
import { optimize, passes } from '../compiler/5-optimize/index.ts';
import { plan, printPlan, type Picker, type Plan } from '../compiler/6-plan/index.ts';
import { emitWasm } from '../compiler/7-emit/wasm/index.ts';
import { UsageFailure } from './failure.ts';
import type { OpenNet } from './nets.ts';
import { engines, ownVariant } from './wasm.ts';

/** The text of `graph`, `after:<pass>`, `plan` or `wat`, for the engine at hand. */
export async function dump({ graph }: OpenNet, what: string, pick?: Picker): Promise<string> {
  const planned = (): Plan => plan(optimize(graph), engines[ownVariant({ wide: 'off' })], { pick });
  if (what === 'graph') return printGraph(graph);
  if (what === 'plan') return printPlan(planned());
  if (what === 'wat') return disassemble(emitWasm(planned(), { names: true }).bytes);
  const pass = what.startsWith('after:') ? what.slice('after:'.length) : undefined;
  if (pass === undefined)
    throw new UsageFailure(`--dump takes graph, after:<pass>, plan or wat, not ${what}`);
  return afterPass(graph, pass);
}

/** The graph after the last run of a pass. */
function afterPass(graph: OpenNet['graph'], name: string): string {
  const names = [...new Set(passes.map((pass) => pass.name))];
  if (!names.includes(name)) {
    throw new UsageFailure(`there is no pass ${name}; ${suggestion(name, names, 'known are')}`);
  }
  let text = '';
  optimize(graph, {
    after: (pass, result) => {
      if (pass.name === name) text = printGraph(result);
    },
  });
  return text;
}

/** Needs the disassembler of wabt, which only the development of cnnc installs. */
async function disassemble(bytes: Uint8Array): Promise<string> {
  const wabt = await import('wabt').catch(() => {
    throw new UsageFailure('--dump wat needs the package wabt: npm install wabt');
  });
  const { readWasm } = await wabt.default();
  const module = readWasm(bytes, { relaxed_simd: true, readDebugNames: true });
  module.applyNames();
  return module.toText({ foldExprs: true, inlineExport: true });
}
