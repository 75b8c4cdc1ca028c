/** Sets of token types, and of pairs of them, as tables by the lexer's numbers: what the generated parser decides by. */
import type { TokenType } from 'chevrotain';
import { allTokens } from './tokens.ts';

/** 1 at the numbers of the types in the set. */
export type Types = Uint8Array;

/** By the first type: the types that may follow, or true where any may; undefined where the pair cannot begin so. */
export type Pairs = readonly (Types | true | undefined)[];

const size = Math.max(...allTokens.map((type) => type.tokenTypeIdx ?? 0)) + 1;

/** The types of these names and all that belong to them as categories (`Word`: every keyword). */
export function types(...names: readonly string[]): Types {
  const set = new Uint8Array(size);
  for (const type of allTokens) if (names.some((name) => isOf(type, name))) set[type.tokenTypeIdx ?? 0] = 1;
  return set;
}

/** `'Name Equal'`: the two in a row; `'Export'`: it and anything behind. */
export function pairs(...texts: readonly string[]): Pairs {
  const table: (Types | true | undefined)[] = Array.from({ length: size }, () => undefined);
  for (const text of texts) {
    const [first = '', second] = text.split(' ');
    for (const type of allTokens) if (isOf(type, first)) add(table, type.tokenTypeIdx ?? 0, second);
  }
  return table;
}

function add(table: (Types | true | undefined)[], at: number, second: string | undefined): void {
  const known = table[at];
  if (known === true || second === undefined) {
    table[at] = true;
    return;
  }
  const more = types(second);
  table[at] = known ? known.map((one, i) => one | (more[i] ?? 0)) : more;
}

function isOf(type: TokenType, name: string): boolean {
  return type.name === name || (type.CATEGORIES ?? []).some((category) => isOf(category, name));
}
