/**
 * One comment that switches a warning off, or was meant to: `// allow shape/floor because …`, and nearly that (`// allow: shape/floor`,
 * `// allow floor`, `/// allow …`). What is meant counts, so that nothing is told twice; how it is written is told.
 */
import type { Comment } from '../1-parse/ast.ts';
import type { Diagnostic, Fix } from './diagnostic.ts';
import { replaceBy } from './fixes.ts';
import { diagnostic, registry, type DiagnosticCode } from './registry.ts';

/** What one comment switches off, and what is wrong with it. */
export interface AllowComment {
  readonly codes: readonly string[];
  readonly problem: Diagnostic | undefined;
}

const written = /^\s*allow\s+([a-z]+\/[a-z-]+)(?:\s+because\s+(\S.*))?\s*$/;
const nearly = /^[\s/]*(?:cnnc[\s:-]+)?allow\b[\s:("'`]*([a-z][a-z-]*(?:\/[a-z-]+)?)\b["'`)]*(.*)$/i;

/** The code that is nearest to a word. */
type Nearest = (word: string) => string | undefined;

/** All codes, among which the one that was meant is looked for. */
export const codes: readonly string[] = Object.keys(registry);

/** Reads a comment; undefined for one that is about something else. */
export function readAllow(comment: Comment, nearest: Nearest): AllowComment | undefined {
  const [, code, reason] = comment.doc ? [] : (written.exec(comment.text) ?? []);
  if (code !== undefined)
    return {
      codes: [isCode(code) ? code : (nearest(code) ?? code)],
      problem: wrongCode(code, comment, nearest) ?? withoutReason(code, reason, comment),
    };
  return readNearly(comment, nearest);
}

function readNearly(comment: Comment, nearest: Nearest): AllowComment | undefined {
  const [, word = '', rest = ''] = nearly.exec(comment.text) ?? [];
  const [code, ...more] = codesMeant(word.toLowerCase(), rest, nearest);
  if (code === undefined) return undefined;
  if (more.length > 0) return { codes: [], problem: oneOf([code, ...more], word, comment) };
  const others = [...rest.matchAll(/\b[a-z]+\/[a-z-]+/g)].flatMap(([one]) => (isCode(one) ? [one] : []));
  const problem =
    wrongCode(code, comment, nearest) ?? otherForm(code, others.length > 0 ? '' : rest, comment);
  return { codes: [code, ...others], problem };
}

/** A code, one that is mistyped, or those with this word where no sentence goes on. */
function codesMeant(word: string, rest: string, nearest: Nearest): readonly string[] {
  if (isCode(word)) return [word];
  const near = word.includes('/') ? nearest(word) : undefined;
  if (word.includes('/')) return near === undefined ? [] : [near];
  if (word === '' || !/^\s*(?:$|because\b|[:,;(\u2013\u2014-])/.test(rest)) return [];
  const warnings = codes.filter((one) => severityOf(one) === 'warning' && !one.startsWith('allow/'));
  const whole = warnings.filter((one) => one.endsWith(`/${word}`));
  return whole.length > 0 ? whole : warnings.filter((one) => one.includes(`/${word}-`));
}

/** `allow unused`: which of them is not said. */
function oneOf(codes: readonly string[], word: string, { span }: Comment): Diagnostic {
  const text = `there are ${codes.join(', ')}`;
  return diagnostic('allow/unknown-code', { code: word }, span, { notes: [{ word: 'note', text }] });
}

const isCode = (word: string): word is DiagnosticCode => Object.hasOwn(registry, word);

const severityOf = (code: string): string | undefined => (isCode(code) ? registry[code].severity : undefined);

/** A code that is none, or an error's. */
function wrongCode(code: string, comment: Comment, nearest: Nearest): Diagnostic | undefined {
  if (severityOf(code) === 'error')
    return diagnostic('allow/error', { code }, comment.span, { fixes: [withoutComment(comment)] });
  if (isCode(code)) return undefined;
  const near = nearest(code);
  if (near === undefined) return diagnostic('allow/unknown-code', { code }, comment.span);
  const { source, start } = comment.span;
  const from = source.text.indexOf(code, start);
  const span = { source, start: from, end: from + code.length };
  return diagnostic('allow/unknown-code', { code }, comment.span, { fixes: [replaceBy(near, span)] });
}

function withoutReason(code: string, reason: string | undefined, comment: Comment): Diagnostic | undefined {
  return reason === undefined ? diagnostic('allow/no-reason', { code }, comment.span) : undefined;
}

/** The same in our form, where it has a reason. */
function otherForm(code: string, rest: string, { span }: Comment): Diagnostic {
  const reason = rest
    .replace(/^[\s:,;()\u2013\u2014-]*(?:because\b)?[\s:]*/i, '')
    .trim()
    .replace(/^([^(]*)\)$/, '$1');
  const ours = `// allow ${code} because ${reason || '…'}`;
  const fix = reason ? replaceBy(ours, span) : { title: ours, edits: [] };
  return diagnostic('allow/form', { code }, span, { fixes: [fix] });
}

/** With its line, where it stands alone. */
export function withoutComment({ span }: Pick<Comment, 'span'>): Fix {
  const { source, start, end } = span;
  const line = source.text.lastIndexOf('\n', start - 1) + 1;
  const isAlone = source.text.slice(line, start).trim() === '';
  // Alone on its line it goes with the line's end, which the last line of a file may lack.
  const lineEnd = Math.min(end + 1, source.text.length);
  const whole = { source, start: isAlone ? line : start, end: isAlone ? lineEnd : end };
  return { title: 'leave the comment out', edits: [{ span: whole, text: '' }] };
}
