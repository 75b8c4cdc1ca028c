/** `--dump`: the text forms of what is between the phases. */
import { suggestion } from './suggestion.ts';
import { printGraph } from '../compiler/ir/print.ts';
import { optimize, passes } from '../compiler/5-optimize/index.ts';
import { printPlan, type Plan } from '../compiler/6-plan/index.ts';
import { emitWasm } from '../compiler/7-emit/wasm/index.ts';
import { UsageFailure } from './failure.ts';
import type { OpenNet } from './nets.ts';
import { planOf, type CompileOptions } from './wasm.ts';

/** The text of `graph`, `after:<pass>`, `plan` or `wat`; the plan is made as `options` say. */
export async function dump({ graph }: OpenNet, what: string, options: CompileOptions): Promise<string> {
  const planned = (): Plan => planOf(graph, options);
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
