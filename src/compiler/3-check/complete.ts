/** Nets that need parameters: they have a shape, and figures, only where they are used with arguments. */
import { capitalised } from '../1-parse/slips/naming.ts';
import type { Span } from '../1-parse/source.ts';
import type { Module, NetDeclaration } from '../2-resolve/model.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { Session } from './session.ts';
import type { GivenArg } from './value.ts';

/** True where every parameter has a default, so that the net can be compiled by its name alone. */
export function isComplete({ item }: NetDeclaration): boolean {
  return item.params.every((param) => param.default !== undefined);
}

/** What needs a whole net: a test, a budget, training (which names no variants), or one of its figures in an expression. */
type AskedBy = 'test' | 'budget' | 'train' | 'figure';

/** Whether `args` are enough; reports the first parameter that they leave without a value, at the place that asks. */
export function hasArguments(
  { item, name, module }: NetDeclaration,
  args: readonly GivenArg[],
  { at, by = 'figure' }: { readonly at: Span; readonly by?: AskedBy },
  session: Session,
): boolean {
  const byPlace = args.filter((arg) => arg.name === undefined).length;
  const named = new Set(args.map((arg) => arg.name));
  const missing = item.params.find(
    (param, i) => i >= byPlace && param.default === undefined && !named.has(param.name.name),
  );
  if (!missing) return true;
  session.report(
    diagnostic('value/missing-argument', { what: name, option: missing.name.name }, at, {
      labels: [{ span: missing.span, text: 'has no default' }],
      notes: variantNote(module, name, by),
    }),
  );
  return false;
}

/** A statement is about a net that is complete; a variant is one under a name of its own. */
function variantNote(module: Module, name: string, by: AskedBy): Diagnostic['notes'] {
  const variant = module.families.get(name)?.variants[0]?.name.name;
  if (variant === undefined) return [];
  const inTraining = `: net ${capitalised(variant)} = ${name}.${variant}`;
  const text = `a variant has one${by === 'train' ? inTraining : `: ${name}.${variant}`}`;
  return [{ word: 'note', text }];
}
