/** From what a person typed (`net.cnn --net ResNet18 --size image=320x320`) to a graph. */
import {
  instantiate,
  netsOf,
  resolve,
  slide,
  type Diagnostic,
  type InputSizes,
  type Model,
} from '../compiler/index.ts';
import type { Graph } from '../compiler/ir/graph.ts';
import { fail, stopOnErrors, UsageFailure } from './failure.ts';
import { openProject, type Project } from './project.ts';
import { suggestion } from './suggestion.ts';
import { withFigures, type SlidingFigures } from './sliding.ts';

export interface NetOptions {
  readonly net?: string;
  readonly size?: readonly string[];
  /** Slides over an input of the given size, as `convolutional(net, size)` does. */
  readonly fullyConvolutional?: boolean;
}

export interface OpenNet {
  readonly file: string;
  readonly project: Project;
  readonly model: Model;
  /** For inference, as written, at the chosen sizes. */
  readonly graph: Graph;
  /** With --fully-convolutional, and where the net is written as one that slides. */
  readonly sliding?: SlidingFigures & {
    /** The net as it is written, by which weights files are read: its dense layers are still there. */
    readonly written: Graph;
  };
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
  const slides = options.fullyConvolutional === true && !slidesAsWritten(model, net);
  const made = instantiate(model, { net, sizes: slides ? {} : sizes, mode: 'inference' });
  const diagnostics = stopOnErrors([...shown, ...made.diagnostics.map(project.show)]);
  if (!made.graph) throw new Error(`no graph for ${net}, and no diagnostic`);
  const declared = netsOf(model).find((candidate) => candidate.name === net.split('.')[0]);
  const opened = { file, project, model, graph: made.graph, doc: declared?.item.doc, diagnostics };
  if (slides) return slid(opened, Object.values(sizes));
  const { sliding } = made;
  return sliding ? { ...opened, sliding: withFigures(sliding, sliding.written) } : opened;
}

/** A net that slides already takes `--size` as it is. */
function slidesAsWritten(model: Model, net: string): boolean {
  return instantiate(model, { net, mode: 'inference' }).sliding !== undefined;
}

/** The net in one pass over an input of the size that was given. */
function slid(net: OpenNet, sizes: readonly (readonly number[])[]): OpenNet {
  const [size] = sizes;
  if (!size || sizes.length > 1)
    throw new UsageFailure('--fully-convolutional needs the size of the input: --size image=28x28');
  const found: Diagnostic[] = [];
  const sliding = slide(net.graph, size, { at: undefined, report: (d) => found.push(net.project.show(d)) });
  const diagnostics = [...net.diagnostics, ...stopOnErrors(found)];
  if (!sliding) throw new Error('a net that cannot slide, and no diagnostic');
  return { ...net, graph: sliding.graph, sliding: withFigures(sliding, net.graph), diagnostics };
}

/** The net that was named, or the only one (or only exported one) that there is. */
function chooseNet(model: Model, file: string, name: string | undefined): string {
  const nets = netsOf(model);
  const names = nets.map((net) => net.name);
  if (names.length === 0) fail('net/none', { file }, file);
  if (name !== undefined) {
    if (names.includes(name.split('.')[0] ?? '')) return orVariant(name, model, file);
    const notes = [{ word: 'note', text: suggestion(name, names) }] as const;
    fail('net/unknown', { net: name, file }, file, { notes });
  }
  const exported = nets.filter((net) => net.item.exported).map((net) => net.name);
  const [only, ...others] = names.length === 1 || exported.length === 0 ? names : exported;
  if (only !== undefined && others.length === 0) return orVariant(only, model, file);
  const text = [only, ...others].map((one) => `--net ${one}`).join('\n');
  return fail('net/which', { file, count: others.length + 1 }, file, { notes: [{ word: 'note', text }] });
}

/** `net`, or where it needs parameters and has a family, the question which variant. */
function orVariant(net: string, model: Model, file: string): string {
  const needs = netsOf(model).find(({ name }) => name === net)?.item.params ?? [];
  const variants = model.entry.families.get(net)?.variants ?? [];
  if (variants.length === 0 || needs.every((param) => param.default !== undefined)) return net;
  const text = variants.map(({ name }) => `--net ${net}.${name.name}`).join('\n');
  return fail('net/which-variant', { net, count: variants.length }, file, {
    notes: [{ word: 'note', text }],
  });
}

/** `image=416x416`, or `416x416` where the net has one input. */
function sizesOf(written: readonly string[], net: string, model: Model): InputSizes {
  const sizes = new Map<string, readonly number[]>();
  for (const text of written) {
    const match = /^(?:([^=]+)=)?(\d+(?:x\d+)*)$/.exec(text);
    if (!match) throw new UsageFailure(`--size takes name=HxW, such as image=416x416, not ${text}`);
    const [, name = onlyInput(net, model), dims = ''] = match;
    if (sizes.has(name)) throw new UsageFailure(`--size gives ${name} twice`);
    sizes.set(name, dims.split('x').map(Number));
  }
  return Object.fromEntries(sizes);
}

function onlyInput(net: string, model: Model): string {
  const { graph } = instantiate(model, { net, mode: 'inference' });
  const [only, ...others] = graph?.inputs ?? [];
  if (only && others.length === 0) return only.name;
  throw new UsageFailure(`${net} does not have exactly one input: --size takes name=HxW`);
}
