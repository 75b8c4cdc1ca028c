/** Places relative to the declaration that they are in, so that they can be found again where the text around it has changed. */
import type { Span } from '../../1-parse/source.ts';
import type { Model } from '../../2-resolve/model.ts';

/** A span inside a named item of a file. */
export interface Anchor {
  readonly path: string;
  /** The name that the item declares. */
  readonly name: string;
  /** Offsets from the item's beginning. */
  readonly start: number;
  readonly end: number;
}

/** Where the named items of the files of one model are. */
export interface Places {
  anchorOf(span: Span): Anchor | undefined;
  spanOf(anchor: Anchor): Span | undefined;
}

interface Part {
  readonly name: string;
  readonly span: Span;
}

export function placesOf(model: Model): Places {
  const byPath = new Map<string, readonly Part[]>();
  const byName = new Map<string, Part>();
  for (const { source, file } of model.modules) {
    const parts = file.items.flatMap((item) =>
      item.kind === 'block' || item.kind === 'net' || item.kind === 'filter' || item.kind === 'let'
        ? [{ name: item.name.name, span: item.span }]
        : [],
    );
    byPath.set(source.path, parts);
    // Of two with one name the first counts: the other one is not evaluated.
    for (const part of parts.toReversed()) byName.set(`${source.path}\0${part.name}`, part);
  }
  return {
    anchorOf: (span) => {
      const { path } = span.source;
      const part = partAround(span, byPath.get(path) ?? []);
      if (!part) return undefined;
      return { path, name: part.name, start: span.start - part.span.start, end: span.end - part.span.start };
    },
    spanOf: ({ path, name, start, end }) => {
      const part = byName.get(`${path}\0${name}`);
      if (!part) return undefined;
      const { source, start: from } = part.span;
      return { source, start: from + start, end: from + end };
    },
  };
}

/** The last part that begins at or before the span, if the span lies in it. */
function partAround({ start, end }: Span, parts: readonly Part[]): Part | undefined {
  let low = 0;
  let high = parts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((parts[middle]?.span.start ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  const part = parts[low - 1];
  return part && end <= part.span.end ? part : undefined;
}
