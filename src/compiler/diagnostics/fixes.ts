/** Fixes that put other text in the place of what stands there; the title is that text. */
import type { Span } from '../1-parse/source.ts';
import type { Fix } from './diagnostic.ts';

export function replaceBy(text: string, span: Span): Fix {
  return { title: text, edits: [{ span, text }] };
}

/** The word that was probably meant, in the place of what was written; no fix where none is near. */
export function fixesBy(near: string | undefined, span: Span): readonly Fix[] {
  return near === undefined ? [] : [replaceBy(near, span)];
}
