/** Reads imports in the words of any language off the text: which names they bring, and from where. */
import type { IToken } from 'chevrotain';
import type { Source } from '../source.ts';
import { textFrom } from './scan.ts';

/** As much of the text as an import can be long: each failure reads it anew. */
export const headOf = (source: Source, token: IToken): string => textFrom(source, token, 2000);

/** Whether a statement that did not parse was an import, here or in another language. */
export function looksLikeImport(text: string): boolean {
  return /^[#@]?(?:uses?|using|import|include|from|require)\b|^load\s*["']|^export\s*(?:(?:\{[^}]*\}|\*)\s*from\b|use\b)|\brequire\s*\(/.test(
    text,
  );
}

/** An import in anybody's words. */
export interface Written {
  /** `{ A, B as C }`; undefined for all names at once (`*`), or none. */
  readonly names: string | undefined;
  /** In quotes. */
  readonly path: string;
  readonly length: number;
}

const word = String.raw`\w+(?:\s+as\s+\w+)?`;
const names = String.raw`(?<names>\{[^}]*\}|\([^)]*\)|\[[^\]]*\]|${word}(?:\s*,\s*${word})*|\*(?:\s+as\s+\w+)?)`;
const path = String.raw`(?<path>"[^"\n]*"|'[^'\n]*'|<[^>\n]*>|[@.\w][\w./-]*)`;
const importer = String.raw`(?:uses?|using|import|include|require)`;
/** The ways in which an import is written; `^use …` is the one of this language. */
const ways: readonly RegExp[] = [
  new RegExp(String.raw`^${importer}\s+(?:type\s+)?${names}\s*\b(?:from|form|of|in)\b\s*${path}`),
  new RegExp(String.raw`^from\s*${path}\s*${importer}\s*${names}`),
  new RegExp(String.raw`^(?:const|let|var)\s*${names}\s*=\s*require\s*\(\s*${path}\s*\)`),
  new RegExp(
    String.raw`^(?:load\s+(?=["'])|${importer}\s*)\(?\s*${path}\s*\)?(?:\s+as\s+\w+)?[ \t]*(?=\n|$)`,
  ),
];

/** The import that a text begins with; undefined where it is none. */
export function written(text: string): Written | undefined {
  for (const way of ways) {
    const found = way.exec(text);
    if (!found?.groups) continue;
    const { names: listed = '', path: given = '' } = found.groups;
    const inside = listed.replace(/^[{([]|[})\]]$/g, '').trim();
    const all = inside === '' || inside.startsWith('*');
    return { names: all ? undefined : `{ ${inside} }`, path: quoted(given), length: found[0].length };
  }
  return undefined;
}

/** `"std/lenet"` for `'std/lenet'`, `<std/lenet>` and `std.lenet`, `"./blocks.cnn"` for `.blocks`. */
export function quoted(given: string): string {
  if (/^["'<]/.test(given)) return `"${given.slice(1, -1)}"`;
  if (given.includes('/')) return `"${given}"`;
  return given.startsWith('.') ? `"./${given.slice(1)}.cnn"` : `"${given.replaceAll('.', '/')}"`;
}
