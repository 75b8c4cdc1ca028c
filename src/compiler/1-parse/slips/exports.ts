/** Exports as other languages write them: a name behind `export`, lists of names, other words before a declaration. */
import type { IToken } from 'chevrotain';
import * as t from '../../../../grammar/tokens.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { leaveOut, replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { spanOf } from '../lex.ts';
import { textFrom } from './scan.ts';
import type { Slip } from './slip.ts';
import type { Source, Span } from '../source.ts';

const end = String.raw`[ \t]*;?[ \t]*(?=\r?\n|//|$)`;
const exported = String.raw`(\w+(?:\s+as\s+\w+)?)`;
/** What is exported in each, with its `as`. */
const ways: readonly RegExp[] = [
  new RegExp(`^export\\s+(?:default\\s+)?${exported}${end}`),
  new RegExp(`^export\\s*\\{([^{}]*)\\}${end}`),
  new RegExp(`^module\\s*\\.\\s*exports\\s*=\\s*\\{?([\\w\\s,]+)\\}?${end}`),
  new RegExp(`^(?:module\\s*\\.\\s*)?exports\\s*\\.\\s*\\w+\\s*=\\s*${exported}${end}`),
  new RegExp(`^__all__\\s*=\\s*[[(]([^[\\]()]*)[\\])]${end}`),
];

const why = '`export` stands before a declaration: `export net Mine { … }`';

/** `export Net`, `export { Net }`, `export default Net`, `module.exports = Net`. */
const exportByName: Slip = (source, { start, rules }) => {
  if (!/^(?:item|declaration)$/.test(rules.at(-1) ?? '')) return undefined;
  const text = textFrom(source, start, 1000);
  const found = ways.map((way) => way.exec(text)).find((one) => one !== null);
  if (!found) return undefined;
  const [whole, names = ''] = found;
  // `export net` lacks its name.
  if (t.starters.has(names)) return undefined;
  const span = { source, start: start.startOffset, end: start.startOffset + whole.length };
  const args = { word: start.image, where: why };
  return diagnostic('syntax/misplaced', args, spanOf(source, start), { fixes: exportedThere(span, names) });
};

/** `export` before the declarations of these names, in the place of the line that lists them. */
function exportedThere(span: Span, names: string): readonly Fix[] {
  const { source } = span;
  const edits = [];
  let ours = '';
  for (const given of names.split(',')) {
    const [, name, alias] = /^["'\s]*(\w+)(?:\s+as\s+(\w+))?["'\s]*$/.exec(given) ?? [];
    if (name === undefined) return [];
    const head = new RegExp(`^(export\\s+)?(net|block|filter|let)\\s+${name}\\b`, 'm').exec(source.text);
    if (!head) return [];
    const [, before, kind] = head;
    if (alias !== undefined && alias !== 'default')
      ours += `${ours === '' ? '' : '\n'}export ${kind} ${alias} = ${name}`;
    else if (before === undefined)
      edits.push({ span: { source, start: head.index, end: head.index }, text: 'export ' });
  }
  const gap = ours === '' ? (/^\r?\n/.exec(source.text.slice(span.end))?.[0].length ?? 0) : 0;
  const last = { span: { ...span, end: span.end + gap }, text: ours };
  const title = ours === '' ? 'export before the declaration' : ours;
  return [{ title, edits: [...edits, last].sort((a, b) => a.span.start - b.span.start) }];
}

/** Words before declarations elsewhere; those that make them visible. */
const visible = /^(?:pub|public|extern|global)$/;
const others = /^(?:private|protected|internal|local|static|async|abstract|final|default)$/;

/** `public net N { … }`, `private block B = relu`, `export default net N { … }`. */
const wordBeforeDeclaration: Slip = (source, { token, start, previous, rules }) => {
  if (!/^(?:item|declaration)$/.test(rules.at(-1) ?? '')) return undefined;
  const word = previous === start && start.tokenType === t.Export ? token : start;
  const isOurs = visible.test(word.image);
  if (!isOurs && !others.test(word.image)) return undefined;
  const [gap] = behind.exec(source.text.slice(spanOf(source, word).end, word.startOffset + 80)) ?? [];
  if (gap === undefined) return undefined;
  const where = 'a declaration begins with its own word, and `export` makes it visible to other files';
  const fixes = isOurs ? [replaceBy('export', spanOf(source, word))] : [withoutWord(source, word, gap)];
  return diagnostic('syntax/misplaced', { word: word.image, where }, spanOf(source, word), { fixes });
};

const behind = /^\s+(?=(?:net|block|filter|let|family)\b)/;

const withoutWord = (source: Source, word: IToken, gap: string): Fix => {
  const span = spanOf(source, word);
  return leaveOut(word.image, { ...span, end: span.end + gap.length });
};

export const exportSlips: readonly Slip[] = [exportByName, wordBeforeDeclaration];
