/** Which values a statement was about to name that does it in another language's way: nothing more is said where they are read. */

import { blockWords } from './block-heads.ts';

const equal = String.raw`\s*=(?!=)`;
const ways: readonly RegExp[] = [
  // def B(c): …
  new RegExp(`^(?:export\\s+)?(?:${blockWords})\\s+([A-Za-z]\\w*)\\s*[({[<:=]`),
  // a, b = …; let [a, b] = …
  new RegExp(String.raw`^(?:let\s+|const\s+|var\s+)?[([{]?\s*(\w+(?:\s*,\s*\w+)+)\s*[)\]}]?${equal}`),
  // self.a = …; a[0] = …
  new RegExp(String.raw`^(\w+(?:\s*\.\s*\w+)*)(?:(?<=\.\s*\w+)|\s*\[[^\]\n]*\])${equal}`),
  // a = b = …
  new RegExp(String.raw`^(?:let\s+)?(\w+\s*=\s*\w+)${equal}`),
  // int a = …
  new RegExp(
    String.raw`^(?!(?:let|replace|block|net|filter|in|use|assert|expect|test|train|export)\b)\w+\s+(\w+)${equal}`,
  ),
];

/** What of a statement may name values in one of those ways. */
const headLength = 400;

// x -> relu = a
const behind = /^(?=[^=\n]*->)[^=\n]*=\s*([A-Za-z_]\w*)\s*$/;

/** The names; none where the statement names values as is done here, or names none. */
export function namesOtherwise(text: string): readonly string[] {
  const head = text.slice(0, headLength);
  // let a = 3, b = 4
  const many = [...head.matchAll(/(?:^(?:let\s+)?|,\s*)(\w+)\s*=(?!=)/g)].map(([, name = '']) => name);
  // in x: rgb 8x8, mean = 0.5, std = 0.5
  if (many.length > 1 && !/[({]/.test(text) && !/^in\s/.test(text)) return many;
  for (const way of ways) {
    const [, names] = way.exec(head) ?? [];
    if (names !== undefined) return names.match(/\w+/g) ?? [];
  }
  return behind.exec(text)?.slice(1) ?? [];
}
