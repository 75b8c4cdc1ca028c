/** `upsample(2, mode = bilinear)`: here `upsample` repeats values and `resize` interpolates; neither has a mode. */
import type { Arg, Expr } from '../../1-parse/ast.ts';
import { textOf } from '../../1-parse/source.ts';
import type { Diagnostic, Fix } from '../../diagnostics/diagnostic.ts';
import { leaveOut, listedSpan } from '../../diagnostics/fixes.ts';
import { fold } from './foreign.ts';

const isMode = (option: string): boolean =>
  /^(?:mode|method|interpolation|interp|interpolate|resample|filter|kind|bilinear)$/.test(fold(option));

const linear = /^"?(?:bi|tri)?(?:linear|cubic)"?$/i;
const repeated = /^"?(?:nearest(?:_neighbou?r)?)"?$/i;

interface Meant {
  readonly notes: Diagnostic['notes'];
  readonly fixes: readonly Fix[];
}

const text = '`upsample` repeats values, `resize` interpolates between them (bilinear in 2-D)';

/** What the argument of the layer `what` means; undefined where it is no mode of interpolation. */
export function interpolationMeant(arg: Arg, what: string, args: readonly Arg[]): Meant | undefined {
  if (what !== 'upsample' && what !== 'resize') return undefined;
  const word = textOf(arg.value.span);
  if (arg.name ? !isMode(arg.name.name) : !isModeWord(arg.value)) return undefined;
  const isOurs = what === 'resize' ? linear.test(word) : repeated.test(word);
  const other = what === 'upsample' && linear.test(word) ? resized(arg, args) : [];
  return { notes: [{ word: 'note', text }], fixes: isOurs ? leftOut(arg, args) : other };
}

/** `upsample(2, bilinear)`. */
const isModeWord = ({ kind, span }: Expr): boolean => {
  const word = kind === 'name' || kind === 'string' ? textOf(span) : '';
  return linear.test(word) || repeated.test(word);
};

function leftOut(arg: Arg, args: readonly Arg[]): readonly Fix[] {
  if (args.length < 2) return [];
  const spans = args.map(({ span }) => span);
  return [leaveOut(textOf(arg.span), listedSpan(spans, args.indexOf(arg)))];
}

/** The call as one of `resize`; the factor of `upsample` is its scale. */
function resized(arg: Arg, args: readonly Arg[]): readonly Fix[] {
  const [factor, ...others] = args.filter((one) => one !== arg);
  const { source, start } = (args[0] ?? arg).span;
  const from = Math.max(0, start - 40);
  const [head] = /upsample[ \t]*\(\s*$/.exec(source.text.slice(from, start)) ?? [];
  if (!factor || others.length > 0 || head === undefined) return [];
  const ours = `resize(scale = ${textOf(factor.value.span)}`;
  const span = { source, start: start - head.length, end: (args.at(-1) ?? arg).span.end };
  return [{ title: `${ours})`, edits: [{ span, text: ours }] }];
}
