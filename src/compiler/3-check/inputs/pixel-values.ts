/**
 * Whether the numbers of a picture's preprocessing go together: `scale 255` multiplies, and `mean` and `std` are in terms of the values
 * after scaling (`scale 1/255 mean 127.5` and `mean 0.5` without a scale are not). One warning for an input, whose fix mends all of it.
 */
import type { Expr, Modifier } from '../../1-parse/ast.ts';
import { textOf } from '../../1-parse/source.ts';
import type { Edit, Fix } from '../../diagnostics/diagnostic.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import type { Session } from '../session.ts';

/** A word of preprocessing with its value. */
export interface Numbered {
  readonly modifier: Modifier;
  readonly expr: Expr;
  readonly numbers: readonly number[];
}

/** What an input's words say; `range` as its two ends. */
export interface PixelWords {
  readonly scale: Numbered | undefined;
  readonly range: Numbered | undefined;
  readonly mean: Numbered | undefined;
  readonly std: Numbered | undefined;
}

interface Values {
  readonly low: number;
  readonly high: number;
}

/** A span this wide is one of bytes, where a mean or deviation below 1 is none. */
const wide = 100;

/** Warns of the first word whose numbers do not go with those before it. */
export function checkPixelValues(words: PixelWords, session: Session): void {
  const values = scaledValues(words);
  if (!values) return;
  if (words.scale && values.high > 255) return grows(words.scale, values, session);
  const [first, ...others] = [
    ...(words.mean && isMeanOff(words.mean.numbers, values) ? [words.mean] : []),
    ...(words.std && isStdOff(words.std.numbers, values) ? [words.std] : []),
  ];
  if (first) offScale([first, ...others], words, values, session);
}

function scaledValues({ scale, range }: PixelWords): Values | undefined {
  if (range) return { low: range.numbers[0] ?? 0, high: range.numbers[1] ?? 255 };
  const factor = Math.max(...(scale?.numbers ?? [1]));
  return Math.min(...(scale?.numbers ?? [1])) > 0 ? { low: 0, high: 255 * factor } : undefined;
}

/** A mean lies between the ends; of bytes it is no fraction. */
function isMeanOff(numbers: readonly number[], { low, high }: Values): boolean {
  const slack = (high - low) * 1e-3;
  if (numbers.some((n) => n < low - slack || n > high + slack)) return true;
  return high - low >= wide && numbers.every((n) => n > 0 && n < 1);
}

/** A deviation is below the span (which often divides in its place: `std 255`), and of bytes no fraction. */
function isStdOff(numbers: readonly number[], { low, high }: Values): boolean {
  const span = high - low;
  return numbers.some((n) => n > 4 * span) || (span >= wide && numbers.every((n) => n < 1));
}

function grows({ modifier, expr, numbers }: Numbered, { high }: Values, session: Session): void {
  const [factor = 1] = numbers;
  const isDivisor = numbers.length === 1 && factor >= 100 && expr.kind === 'number';
  const args = { factor: textOf(expr.span), top: shown(high) };
  session.report(
    diagnostic('network/pixels-grow', args, modifier.span, {
      fixes: isDivisor
        ? [{ ...replaceBy(`1/${textOf(expr.span)}`, expr.span), title: `scale 1/${textOf(expr.span)}` }]
        : [{ title: 'scale 1/255 makes them 0..1', edits: [] }],
    }),
  );
}

function offScale(
  off: readonly [Numbered, ...Numbered[]],
  words: PixelWords,
  values: Values,
  session: Session,
): void {
  const [{ modifier, expr }] = off;
  const { low, high } = values;
  const args = { word: modifier.word.name, found: textOf(expr.span), low: shown(low), high: shown(high) };
  const stands = words.scale && words.scale.modifier.span.start > modifier.span.start;
  const notes = stands
    ? [{ word: 'note' as const, text: '`scale` is applied first, wherever it stands' }]
    : [];
  const fixes = [mendOf(off, words, values)];
  session.report(diagnostic('network/off-scale', args, modifier.span, { fixes, notes }));
}

/** Pixels scaled to what the words say; or the words scaled as the pixels are, which computes what was meant in either order. */
function mendOf(off: readonly [Numbered, ...Numbered[]], words: PixelWords, values: Values): Fix {
  const [first] = off;
  const { mean, std, scale, range } = words;
  const fractions = [mean, std].every((one) => !one || one.numbers.every((n) => n >= 0 && n <= 1));
  if (!scale && !range && fractions) {
    const at = [mean, std].flatMap((one) => (one ? [one.modifier.span.start] : []));
    const span = { ...first.modifier.span, start: Math.min(...at), end: Math.min(...at) };
    return { title: 'scale 1/255', edits: [{ span, text: 'scale 1/255 ' }] };
  }
  const negated = off.length === 1 && first === mean ? unsigned(first, values) : undefined;
  if (negated) return negated;
  const factor = scale ? textOf(scale.expr.span) : values.low === 0 ? `${shown(values.high)}/255` : undefined;
  const fits = off.every((one) => fitsScaled(one, values));
  const edits = factor === undefined || !fits ? undefined : off.map((one) => scaledBy(one, factor));
  if (!edits || edits.some((one) => one === undefined))
    return {
      title: `${first.modifier.word.name} in terms of ${shown(values.low)}..${shown(values.high)}`,
      edits: [],
    };
  const all = edits.flatMap((one) => one ?? []);
  const title = off.map(({ modifier }, i) => `${modifier.word.name} ${edits[i]?.text ?? ''}`).join(', ');
  return { title, edits: all };
}

/** `mean -1`: what is subtracted has no sign. */
function unsigned({ expr, numbers }: Numbered, values: Values): Fix | undefined {
  if (
    expr.kind !== 'unary' ||
    isMeanOff(
      numbers.map((n) => -n),
      values,
    )
  )
    return undefined;
  const text = textOf(expr.operand.span);
  return { ...replaceBy(text, expr.span), title: `mean ${text} (it is subtracted)` };
}

/** Whether numbers of pixels, once scaled, are on the scale. */
function fitsScaled({ modifier, numbers }: Numbered, values: Values): boolean {
  const scaled = numbers.map((n) => (n * values.high) / 255);
  return !(modifier.word.name === 'mean' ? isMeanOff(scaled, values) : isStdOff(scaled, values));
}

/** Each written number times the factor; nothing for numbers that have names. */
function scaledBy({ expr }: Numbered, factor: string): Edit | undefined {
  const divisor = /^1(?:\.0*)?\s*\/\s*([\d.]+)$/.exec(factor)?.[1];
  const items = expr.kind === 'list' ? expr.items : [expr];
  if (items.some(({ kind }) => kind !== 'number')) return undefined;
  const scaled = items.map(({ span }) =>
    divisor === undefined ? `${textOf(span)} * ${factor}` : `${textOf(span)}/${divisor}`,
  );
  const text = expr.kind === 'list' ? `[${scaled.join(', ')}]` : scaled.join('');
  return { span: expr.span, text };
}

/** A number as one would write it. */
const shown = (n: number): string => String(Number(n.toPrecision(6)));
