/** Options that do not exist: seen as soon as it is known what is called, so that one mistake in a pipeline does not hide the next. */
import type { Arg } from '../1-parse/ast.ts';
import type { ParamSpec } from '../ops/op.ts';
import { textOf } from '../1-parse/source.ts';
import type { Diagnostic, Fix } from '../diagnostics/diagnostic.ts';
import { fixesBy, replaceBy } from '../diagnostics/fixes.ts';
import { nearest } from '../diagnostics/nearest.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { showNames } from '../diagnostics/show-names.ts';
import { activationFix, activationNote } from './foreign/activation-option.ts';
import { foreignOption, nearForeignOption } from './foreign/foreign.ts';
import { interpolationMeant } from './foreign/interpolation.ts';
import { operatorNames } from './vocabulary.ts';

/** Of a call: the option that has no value yet where it is one, and all of its arguments. */
interface Call {
  readonly only: string | undefined;
  readonly args: readonly Arg[];
}

/** `conv(4, kernel_size = 3)`: with what the option is called here, the nearest one, or the `only` one. */
export function unknownOption(arg: Arg, known: readonly string[], what: string, call?: Call): Diagnostic {
  const option = arg.name?.name ?? '';
  const activation = call && operatorNames.has(what) ? activationFix(arg, call.args) : undefined;
  const near =
    foreignOption(option, known) ?? nearest(option, known) ?? nearForeignOption(option, known) ?? call?.only;
  const span = arg.name?.span ?? arg.span;
  if (activation)
    return diagnostic('names/unknown-option', { what, option }, span, {
      notes: [{ word: 'note', text: activationNote }],
      fixes: activation,
    });
  const interpolation = call && interpolationMeant(arg, what, call.args);
  if (interpolation) return diagnostic('names/unknown-option', { what, option }, span, interpolation);
  const list = known.length > 0 ? `${what} has ${showNames(known)}` : `${what} has no options`;
  return diagnostic('names/unknown-option', { what, option }, span, {
    label: near === undefined ? undefined : `did you mean ${near}?`,
    notes: [{ word: 'note', text: list }],
    fixes: axisByNumber(arg, near) ?? fixesBy(near, span),
  });
}

/** `dim = 1` of PyTorch and `axis = -1` mean the channels; of other numbers it depends on who wrote them. */
function axisByNumber({ name, value, span }: Arg, near: string | undefined): readonly Fix[] | undefined {
  if (near !== 'axis' && near !== 'axes' && near !== 'over') return undefined;
  const number = textOf(value.span);
  const isLast = number === '-1' || (number === '1' && /^dim/.test(name?.name ?? ''));
  return isLast
    ? [replaceBy(`${near} = C`, span)]
    : /^-?\d+$|^[[(][-\d, ]*[\])]$/.test(number)
      ? []
      : undefined;
}

/** The words that an option takes. */
export function wordsOf({ kind, words }: ParamSpec): readonly string[] {
  return kind === 'pad' ? ['same', 'valid'] : (words ?? []);
}
