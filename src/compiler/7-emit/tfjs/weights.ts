/**
 * The static side of an emitted program: tensors read from the weights file once, transposed to TensorFlow.js' layouts, and whatever is
 * computed from weights alone. Each becomes an entry of one object, keyed by the weight's path name: `w['stem.conv.weight']`.
 */
import { call, print, propertyName, quote, text, type Code } from '../typescript/code.ts';

/** Collects the entries while the program's statements are emitted. */
export interface WeightTable {
  /** The expression `w[…]` for the static value that `code` computes; equal code shares one entry. */
  entry(key: string, code: Code): Code;
  /** Property lines of the object, in the order of first use. */
  lines(): readonly string[];
}

export function weightTable(): WeightTable {
  const keys = new Map<string, string>();
  const entries = new Map<string, Code>();
  return {
    entry(wanted, code) {
      const source = print(code);
      let key = keys.get(source);
      if (key === undefined) {
        key = wanted;
        for (let n = 2; entries.has(key); n++) key = `${wanted} (${n})`;
        keys.set(source, key);
        entries.set(key, code);
      }
      return text(/^[A-Za-z_$][\w$]*$/.test(key) ? `w.${key}` : `w[${quote(key)}]`);
    },
    lines: () =>
      [...entries].map(([key, code]) => {
        const label = `${propertyName(key)}: `;
        return `${label}${print(code, { indent: 0, column: label.length, width: 94 })},`;
      }),
  };
}

/** `read('conv1.weight', [6, 1, 5, 5])`. */
export function readWeight(path: string, shape: readonly number[]): Code {
  return call('read', path, shape);
}
