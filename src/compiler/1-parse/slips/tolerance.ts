/** `1 ± 0.01`, `1 +- 0.01`, `1 within 0.01`: the fix writes the range in which the value may lie. */
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import type { Source } from '../source.ts';

const number = String.raw`-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?`;
const middle = new RegExp(String.raw`(?<=[=(,\s])(${number})[ \t]*$`);
const margin = new RegExp(String.raw`^(?:(?:with[ \t]+)?\w+|±|\+-|\+/-)[ \t]*=?[ \t]*(${number})`);

/** The range around the number before `at`, as wide as what stands there says; none where the two are not written as numbers. */
export function rangeAround(source: Source, at: number): readonly Fix[] {
  const before = middle.exec(source.text.slice(Math.max(0, at - 80), at));
  const behind = margin.exec(source.text.slice(at, at + 80));
  if (!before || !behind) return [];
  const [value, width] = [Number(before[1]), Number(behind[1])];
  const [least, most] = [value - width, value + width].map((end) => String(Number(end.toPrecision(12))));
  const span = { source, start: at - before[0].length, end: at + behind[0].length };
  return [replaceBy(`(${least}..${most})`, span)];
}
