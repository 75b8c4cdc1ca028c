/**
 * A name that stands for nothing is told once in each declaration, where it stands first; the other places are shown beside it, and its
 * fix reaches all of them.
 */
import type { File } from '../1-parse/ast.ts';
import type { Source, Span } from '../1-parse/source.ts';
import { counted } from '../diagnostics/count.ts';
import type { Diagnostic, Edit, Fix } from '../diagnostics/diagnostic.ts';

/** What is wrong with a name, and not with its place. */
const ofNames: ReadonlySet<string> = new Set(['names/unknown', 'names/unknown-layer', 'names/used-before']);

/** Most places that are shown besides the first. */
const mostPlaces = 4;

export function namesOnce(found: readonly Diagnostic[], files: readonly File[]): readonly Diagnostic[] {
  const itemAt = itemFinder(files);
  const keyOf = (d: Diagnostic): unknown =>
    ofNames.has(d.code) ? `${d.span.source.path}\0${itemAt(d.span)}\0${d.code}\0${d.message}` : d;
  return [...Map.groupBy(found, keyOf).values()].map(together);
}

function together(same: readonly Diagnostic[]): Diagnostic {
  const [first, ...others] = same as [Diagnostic, ...Diagnostic[]];
  if (others.length === 0) return first;
  const places = others.slice(0, mostPlaces).map(({ span }) => ({ span, text: 'and here' }));
  const more = others.length - places.length;
  return {
    ...first,
    labels: [...first.labels, ...places],
    notes:
      more > 0
        ? [...first.notes, { word: 'note', text: `and at ${counted(more, 'more place')}` }]
        : first.notes,
    fixes: first.fixes.map((fix) => everywhere(fix, others)),
  };
}

/** The edits of the fix of the same title at every place. */
function everywhere(fix: Fix, others: readonly Diagnostic[]): Fix {
  const all = [fix, ...others.flatMap(({ fixes }) => fixes.filter(({ title }) => title === fix.title))];
  const edits = new Map<string, Edit>();
  for (const edit of all.flatMap((each) => each.edits))
    edits.set(`${edit.span.start} ${edit.span.end}`, edit);
  return { ...fix, edits: [...edits.values()] };
}

/** Tells which declaration of its file a place is in, by number; the bodies of nets and blocks are one each. */
function itemFinder(files: readonly File[]): (span: Span) => number {
  const starts = new Map<Source, readonly number[]>();
  for (const { source, items } of files)
    starts.set(
      source,
      items.map(({ span }) => span.start),
    );
  return ({ source, start }) => {
    const known = starts.get(source) ?? [];
    let [low, high] = [0, known.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((known[middle] ?? 0) <= start) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}
