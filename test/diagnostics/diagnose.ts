/** Checks texts for the tests of diagnostics, and reads and writes the marks of their cases. */
import { resolve, check, type Diagnostic, type Host, type Source } from '../../src/compiler/index.ts';
import { withoutConsequences } from '../../src/compiler/diagnostics/consequences.ts';
import { nodeHost } from '../../src/compiler/host.ts';
import { positionAt } from '../../src/compiler/1-parse/source.ts';

/** The stdlib and no other file; whether one that a text names is there is not known. */
function noFiles(): Host {
  const { read, list } = nodeHost('/nowhere');
  return list ? { read, list } : { read };
}

/** Everything that phases 1 to 3 say about a file. */
export function diagnose(source: Source, host: Host = noFiles()): readonly Diagnostic[] {
  const resolved = resolve(source, host);
  return withoutConsequences([...resolved.diagnostics, ...check(resolved.model).diagnostics]);
}

/** A place that must be reported: 1-based line, columns [from, to), as far as its first line goes. */
export interface Mark {
  readonly line: number;
  readonly from: number;
  readonly to: number;
  readonly code: string;
}

const marker = /^(\s*)\/\/(<?)(\s*)(~+) ([a-z]+\/[a-z0-9-]+)\s*$/;

/**
 * The marks of a case. A comment line `// ~~~~ subject/words` marks the columns of its tildes on the line above it (that is no
 * mark itself). Tildes cannot reach column 1: there `//<~~~` marks as many columns as it has tildes.
 */
export function marksOf(text: string): readonly Mark[] {
  const marks: Mark[] = [];
  let line = 0;
  for (const [i, current] of text.split('\n').entries()) {
    const match = marker.exec(current);
    if (!match) {
      line = i + 1;
      continue;
    }
    const [, indent = '', fromStart, gap = '', tildes = '', code = ''] = match;
    const from = fromStart === '<' ? 1 : indent.length + gap.length + 3;
    marks.push({ line, from, to: from + tildes.length, code });
  }
  return marks;
}

/** Where a diagnostic points, as a mark; an empty span marks one column. */
export function markOf({ code, span }: Diagnostic): Mark {
  const { text } = span.source;
  const { line, column } = positionAt(text, span.start);
  const lineEnd = text.indexOf('\n', span.start);
  const end = Math.min(span.end, lineEnd === -1 ? text.length : lineEnd);
  return { line, from: column, to: column + Math.max(1, end - span.start), code };
}

/** The case's text with a mark under every reported place, instead of the marks it has. */
export function withMarks(text: string, diagnostics: readonly Diagnostic[]): string {
  const marks = diagnostics.map(markOf);
  const out: string[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    if (!marker.test(line)) out.push(line);
    for (const mark of marks.filter((m) => m.line === i + 1)) out.push(markLine(mark));
  }
  return out.join('\n');
}

function markLine({ from, to, code }: Mark): string {
  return `//${from < 3 ? '<' : ' '.repeat(from - 3)}${'~'.repeat(to - from)} ${code}`;
}
