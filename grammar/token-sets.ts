/** Sets of token types, and of pairs of them, as tables by the lexer's numbers: what the generated parser decides by. */
import type { TokenType } from 'chevrotain';
import { allTokens } from './tokens.ts';

/** 1 at the numbers of the types in the set. */
export type Types = Uint8Array;

/** By the first type: the types that may follow, or true where any may; undefined where the pair cannot begin so. */
export type Pairs = readonly (Types | true | undefined)[];

const size = Math.max(...allTokens.map((type) => type.tokenTypeIdx ?? 0)) + 1;

/** By name: the numbers of the type and of all that belong to it as a category (`Word`: every keyword). */
const numbers = new Map<string, number[]>();
for (const type of allTokens)
  for (const name of new Set(namesOf(type))) {
    const members = numbers.get(name);
    if (members) members.push(type.tokenTypeIdx ?? 0);
    else numbers.set(name, [type.tokenTypeIdx ?? 0]);
  }

/** The types of these names and all that belong to them. */
export function types(...names: readonly string[]): Types {
  const set = new Uint8Array(size);
  for (const name of names) add(set, name);
  return set;
}

/** `'Name Equal'`: the two in a row; `'Export'`: it and anything behind. */
export function pairs(...texts: readonly string[]): Pairs {
  const table = Array.from({ length: size }, (): Types | true | undefined => undefined);
  for (const text of texts) {
    const [first = '', second] = text.split(' ');
    for (const at of numbers.get(first) ?? []) {
      const known = table[at];
      if (second === undefined) table[at] = true;
      else if (known === undefined) table[at] = types(second);
      else if (known !== true) add(known, second);
    }
  }
  return table;
}

function add(set: Types, name: string): void {
  for (const at of numbers.get(name) ?? []) set[at] = 1;
}

function namesOf({ name, CATEGORIES = [] }: TokenType): string[] {
  return [name, ...CATEGORIES.flatMap(namesOf)];
}
