/** Figures of nets (`LeNet5.params`) by the names that people know, and where they are asked of no net. */
import type { NameExpr } from '../1-parse/ast.ts';
import type { Diagnostic, Fix } from '../diagnostics/diagnostic.ts';
import { replaceBy } from '../diagnostics/fixes.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { fold } from './foreign/foreign.ts';
import type { OpenModule } from './modules.ts';

/** What can be asked of every net. */
export const figureNames = ['params', 'trainable', 'macs', 'weightBytes'] as const;

export type FigureName = (typeof figureNames)[number];

/** What they are called elsewhere, in lower case without underscores. */
const foreign: Readonly<Record<string, FigureName>> = {
  ...{ parameters: 'params', param: 'params', numparams: 'params', nparams: 'params', paramcount: 'params' },
  ...{ countparams: 'params', totalparams: 'params', numparameters: 'params', parametercount: 'params' },
  ...{ trainableparams: 'trainable', trainableparameters: 'trainable', trainableweights: 'trainable' },
  ...{
    flops: 'macs',
    flop: 'macs',
    gflops: 'macs',
    multadds: 'macs',
    madds: 'macs',
    mac: 'macs',
    ops: 'macs',
  },
  ...{ macc: 'macs', gmacs: 'macs', weights: 'weightBytes', weightbytes: 'weightBytes' },
};

/** The figure that is called so here or elsewhere. */
export function figureCalled(name: string): FigureName | undefined {
  const own = figureNames.find((figure) => figure === name);
  const key = fold(name);
  return own ?? (Object.hasOwn(foreign, key) ? foreign[key] : undefined);
}

/** A multiplication and an addition are one of `macs`, and two of what others call FLOPs. */
export const notesOn = (name: string, figure: FigureName): Diagnostic['notes'] =>
  /^g?flops?$/i.test(name) && figure === 'macs'
    ? [{ word: 'note', text: 'macs counts a multiplication with its addition once, FLOPs count both' }]
    : [];

/** `params`, `params(N)`: the figure of a net without its net. Undefined for other names. */
export function figureAlone({ name, span }: NameExpr, { file }: OpenModule): Diagnostic | undefined {
  const figure = figureCalled(name);
  if (figure === undefined) return undefined;
  const { source, start, end } = span;
  const [call, given] = /^\(\s*([A-Z]\w*(?:\.\w+)?)?\s*\)/.exec(source.text.slice(end, end + 80)) ?? [];
  const nets = file.items.flatMap((item) => (item.kind === 'net' ? [item.name.name] : []));
  const net = given ?? (nets.length === 1 ? nets[0] : undefined);
  const whole = { source, start, end: end + (call?.length ?? 0) };
  const fixes: readonly Fix[] = net === undefined ? [] : [replaceBy(`${net}.${figure}`, whole)];
  const text = `${figure} is a figure of a net: \`${net ?? 'Net'}.${figure}\``;
  return diagnostic('names/unknown', { name }, span, {
    notes: [{ word: 'note', text }, ...notesOn(name, figure)],
    fixes,
  });
}
