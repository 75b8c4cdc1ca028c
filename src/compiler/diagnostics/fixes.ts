/** Fixes that put other text in the place of what stands there (the title is that text), or take it out. */
import type { Span } from '../1-parse/source.ts';
import type { Fix } from './diagnostic.ts';
import { internal } from './internal.ts';

export function replaceBy(text: string, span: Span): Fix {
  return { title: text, edits: [{ span, text }] };
}

/** The word that was probably meant, in the place of what was written; no fix where none is near. */
export function fixesBy(near: string | undefined, span: Span): readonly Fix[] {
  return near === undefined ? [] : [replaceBy(near, span)];
}

/** Takes out what `span` covers; `what` it is stands in the title. */
export function leaveOut(what: string, span: Span): Fix {
  return { title: `leave ${what} out`, edits: [{ span, text: '' }] };
}

/** One of several things with commas between them, and the comma that goes with it. */
export function listedSpan(listed: readonly Span[], i: number): Span {
  const [before, own, after] = [
    listed[i - 1],
    listed[i] ?? internal('nothing is listed there'),
    listed[i + 1],
  ];
  if (before) return { ...own, start: before.end };
  return after ? { ...own, end: after.start } : own;
}
