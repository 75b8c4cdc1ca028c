/** From what a person typed (`net.cnn --net ResNet18 --size image=320x320`) to a graph. */
import {
  instantiate,
  netsOf,
  resolve,
  type Diagnostic,
  type InputSizes,
  type Model,
} from '../compiler/index.ts';
import { nearestNames } from '../compiler/diagnostics/nearest.ts';
import type { Graph } from '../compiler/ir/graph.ts';
import { fail, stopOnErrors, UsageFailure } from './failure.ts';
import { openProject, type Project } from './project.ts';

export interface NetOptions {
  readonly net?: string;
  readonly size?: readonly string[];
}

export interface OpenNet {
  readonly file: string;
  readonly project: Project;
  readonly model: Model;
  /** For inference, as written, at the chosen sizes. */
  readonly graph: Graph;
  /** The net's doc comment. */
  readonly doc: string | undefined;
  /** Warnings only. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Opens the net that the options choose; ends the command where it has errors. */
export function openNet(file: string, options: NetOptions): OpenNet {
  const project = openProject(file);
  const { model, diagnostics: resolved } = resolve(project.entry, project.host);
  const shown = resolved.map(project.show);
  stopOnErrors(shown);
  const net = chooseNet(model, file, options.net);
  const sizes = sizesOf(options.size ?? [], net, model);
  const made = instantiate(model, { net, sizes, mode: 'inference' });
  const diagnostics = stopOnErrors([...shown, ...made.diagnostics.map(project.show)]);
  if (!made.graph) throw new Error(`no graph for ${net}, and no diagnostic`);
  const declared = netsOf(model).find((candidate) => candidate.name === net.split('.')[0]);
  return { file, project, model, graph: made.graph, doc: declared?.item.doc, diagnostics };
}

/** The net that was named, or the only one (or only exported one) that there is. */
function chooseNet(model: Model, file: string, name: string | undefined): string {
  const nets = netsOf(model);
  const names = nets.map((net) => net.name);
  if (names.length === 0) fail('net/none', { file }, file);
  if (name !== undefined) {
    if (names.includes(name.split('.')[0] ?? '')) return name;
    const [near] = nearestNames(name, names);
    const text = near === undefined ? `it has ${names.join(', ')}` : `did you mean ${near}?`;
    fail('net/unknown', { net: name, file }, file, { notes: [{ word: 'note', text }] });
  }
  const exported = nets.filter((net) => net.item.exported).map((net) => net.name);
  const [only, ...others] = names.length === 1 || exported.length === 0 ? names : exported;
  if (only !== undefined && others.length === 0) return only;
  const text = [only, ...others].map((one) => `--net ${one}`).join('\n');
  return fail('net/which', { file, count: others.length + 1 }, file, { notes: [{ word: 'note', text }] });
}

/** `image=416x416`, or `416x416` where the net has one input. */
function sizesOf(written: readonly string[], net: string, model: Model): InputSizes {
  return Object.fromEntries(
    written.map((text) => {
      const match = /^(?:([^=]+)=)?(\d+(?:x\d+)*)$/.exec(text);
      if (!match) throw new UsageFailure(`--size takes name=HxW, such as image=416x416, not ${text}`);
      const [, name = onlyInput(net, model), dims = ''] = match;
      return [name, dims.split('x').map(Number)];
    }),
  );
}

function onlyInput(net: string, model: Model): string {
  const { graph } = instantiate(model, { net, mode: 'inference' });
  const [only, ...others] = graph?.inputs ?? [];
  if (only && others.length === 0) return only.name;
  throw new UsageFailure(`${net} does not have exactly one input: --size takes name=HxW`);
}
