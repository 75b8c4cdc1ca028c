/** Diagnostics as plain JSON, for `--json`, editors and other tools: places as 1-based lines and columns, fixes as edits. */
import { positionAt, type Position, type Source, type Span } from '../1-parse/source.ts';
import type { Diagnostic, Edit, Fix } from './diagnostic.ts';

export interface JsonPlace {
  readonly file: string;
  readonly start: Position;
  /** Exclusive. */
  readonly end: Position;
}

export interface JsonDiagnostic extends JsonPlace {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly label?: string;
  readonly labels: readonly (JsonPlace & { readonly text: string })[];
  readonly notes: readonly { readonly word: string; readonly text: string }[];
  readonly fixes: readonly {
    readonly title: string;
    readonly edits: readonly (JsonPlace & { readonly text: string })[];
  }[];
}

/** The same content as the printed form, without colours or frames. */
export function toJson(diagnostic: Diagnostic): JsonDiagnostic {
  return {
    code: diagnostic.code,
    severity: diagnostic.severity,
    message: diagnostic.message,
    ...placeOf(diagnostic.span),
    ...(diagnostic.label === undefined ? {} : { label: diagnostic.label }),
    labels: diagnostic.labels.map(({ span, text }) => ({ ...placeOf(span), text })),
    notes: diagnostic.notes,
    fixes: diagnostic.fixes.map(({ title, edits }) => ({
      title,
      edits: edits.map(({ span, text }) => ({ ...placeOf(span), text })),
    })),
  };
}

function placeOf(span: Span): JsonPlace {
  const { path, text } = span.source;
  return { file: path, start: positionAt(text, span.start), end: positionAt(text, span.end) };
}

/** The text of `source` after the fix's edits to it; edits to other files are left to another call. Overlapping edits: the first wins. */
export function applyFix(source: Source, fix: Fix): string {
  const own = fix.edits.filter((edit) => edit.span.source.path === source.path);
  const ordered = own.map((edit, i) => ({ edit, i })).sort((a, b) => byPlace(a.edit, b.edit) || a.i - b.i);
  let text = '';
  let done = 0;
  for (const { edit } of ordered) {
    if (edit.span.start < done) continue;
    text += source.text.slice(done, edit.span.start) + edit.text;
    done = edit.span.end;
  }
  return text + source.text.slice(done);
}

function byPlace(a: Edit, b: Edit): number {
  return a.span.start - b.span.start || a.span.end - b.span.end;
}
