/**
 * Builds the `Problem`s that operators report; the placeholders of the message are checked against the registry's entry, as they are
 * where a phase reports a diagnostic. Also the words that several messages share.
 */
import type { layerDiagnostics } from '../../diagnostics/layers.ts';
import type { valueDiagnostics } from '../../diagnostics/value.ts';
import { showDim, type Dim } from '../../ir/dim.ts';
import type { Problem } from '../op.ts';

type Entries = typeof layerDiagnostics & typeof valueDiagnostics;
type LayerCode = keyof Entries & string;
type Placeholders<Message extends string> = Message extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;
type Args<Code extends LayerCode> = Readonly<Record<Placeholders<Entries[Code]['message']>, string | number>>;

export function problem<Code extends LayerCode>(
  code: Code,
  args: Args<Code>,
  extras: Partial<Omit<Problem, 'problem' | 'code' | 'args'>> = {},
): Problem {
  return { problem: true, code, args, at: 'call', ...extras };
}

/** `3x3`, `[2·H, W]`. */
export function showSizes(dims: readonly Dim[]): string {
  if (dims.length === 0) return 'a single number';
  return dims.every((d) => typeof d === 'number') ? dims.join('x') : `[${dims.map(showDim).join(', ')}]`;
}

/** `a, b and c`. */
export function showList(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
