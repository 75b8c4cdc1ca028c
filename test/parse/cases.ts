/** Reads and writes test/parse/*.txt: cases of `=== title`, source, `==>`, tree (and diagnostics, if any). */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Case {
  readonly title: string;
  readonly source: string;
  readonly expected: string;
}

const folder = import.meta.dirname;

/** The names of the case files. */
export const caseFiles = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.txt'));

export function readCases(name: string): Case[] {
  const text = readFileSync(join(folder, name), 'utf8');
  return text
    .split(/^=== /m)
    .slice(1)
    .map((part) => {
      const newline = part.indexOf('\n');
      const [source = '', expected = ''] = part.slice(newline + 1).split(/^==>\n/m);
      return { title: part.slice(0, newline), source: source.trimEnd() + '\n', expected: expected.trimEnd() };
    });
}

export function writeCases(name: string, cases: readonly Case[]): void {
  const parts = cases.map(({ title, source, expected }) => `=== ${title}\n${source}==>\n${expected}\n`);
  writeFileSync(join(folder, name), parts.join('\n'));
}

/** Every source of every case file: the corpus of the fuzzers. */
export const corpus = (): string[] => caseFiles().flatMap((name) => readCases(name).map((one) => one.source));
