/**
 * `// allow shape/floor because the border is black`: switches a warning off on its own line or the line below. Errors
 * cannot be allowed, and a reason is part of it.
 */
import type { Comment } from '../1-parse/ast.ts';
import { positionAt, type Source, type Span } from '../1-parse/source.ts';
import { codes, readAllow } from './allow-comment.ts';
import type { Diagnostic } from './diagnostic.ts';
import { firstNearest } from './nearest.ts';

/** What the allowing comments of some files switch off, and what is wrong with them. */
export interface Allowances {
  /** `path:line:code` that may not be reported. */
  readonly lines: ReadonlySet<string>;
  /** Those comments that are as they should be. */
  readonly comments: readonly AllowingComment[];
  readonly diagnostics: readonly Diagnostic[];
}

/** One `// allow code because …`. */
export interface AllowingComment {
  readonly span: Span;
  readonly code: string;
  /** Its part of the lines. */
  readonly lines: readonly string[];
}

interface Commented {
  readonly source: Source;
  readonly comments: readonly Comment[];
}

export function readAllowances(files: readonly Commented[]): Allowances {
  const lines = new Set<string>();
  const allowing: AllowingComment[] = [];
  const diagnostics: Diagnostic[] = [];
  const nearestCode = firstNearest(codes);
  for (const { source, comments } of files) {
    const nextAfter = nextLines(source.text);
    for (const comment of comments) {
      const found = readAllow(comment, nearestCode);
      if (!found) continue;
      if (found.problem) diagnostics.push(found.problem);
      const { line } = positionAt(source.text, comment.span.start);
      const covered = [line, nextAfter(line, comment.span.start)].filter((one) => one !== undefined);
      for (const code of found.codes) {
        const own = covered.map((one) => `${source.path}:${one}:${code}`);
        for (const one of own) lines.add(one);
        if (!found.problem) allowing.push({ span: comment.span, code, lines: own });
      }
    }
  }
  return { lines, comments: allowing, diagnostics };
}

/** The next line of a text that holds more than a comment, for lines asked about from the first to the last: each is read once. */
function nextLines(text: string): (line: number, offset: number) => number | undefined {
  let known: { readonly from: number; readonly next: number | undefined } | undefined;
  return (line, offset) => {
    if (known && known.from <= line && line < (known.next ?? Infinity)) return known.next;
    known = { from: line, next: nextLine(text, line, offset) };
    return known.next;
  };
}

function nextLine(text: string, line: number, offset: number): number | undefined {
  for (let at = text.indexOf('\n', offset), next = line + 1; at !== -1; next++) {
    const end = text.indexOf('\n', at + 1);
    const content = text.slice(at + 1, end === -1 ? undefined : end);
    if (!/^\s*(?:\/\/[^]*)?$/.test(content)) return next;
    at = end;
  }
  return undefined;
}

/** The diagnostics without the warnings that a comment switches off, and the lines that did. */
export function withoutAllowed(
  diagnostics: readonly Diagnostic[],
  { lines }: Allowances,
): { readonly told: readonly Diagnostic[]; readonly allowed: ReadonlySet<string> } {
  const allowed = new Set<string>();
  if (lines.size === 0) return { told: diagnostics, allowed };
  const told = diagnostics.filter(({ severity, code, span }) => {
    if (severity === 'error') return true;
    const line = `${span.source.path}:${positionAt(span.source.text, span.start).line}:${code}`;
    if (lines.has(line)) allowed.add(line);
    return !lines.has(line);
  });
  return { told, allowed };
}
