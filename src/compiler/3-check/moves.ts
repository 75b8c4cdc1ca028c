/** `moved a -> b` before there is a file of weights: the two differ, have the same wildcards, and the new path is one of a net's. */
import type { MovedItem } from '../1-parse/ast.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { pathIndex } from '../ir/weight-paths.ts';
import type { Session } from './session.ts';

/** Checks the renames of a file; `paths` are the weights of its nets, undefined where not all are known. */
export function checkMoves(
  moves: readonly MovedItem[],
  paths: readonly string[] | undefined,
  session: Session,
): void {
  const known: Known = { names: paths ? pathIndex(paths) : () => true, from: byOldPath(moves) };
  for (const move of moves) {
    const why = whyNothing(move, known);
    if (why === undefined) continue;
    const { from, to } = move;
    session.report(
      diagnostic('weights/moves-nothing', { from: from.text, to: to.text }, move.span, {
        notes: [{ word: 'why', text: why.text }],
        fixes:
          why.meant === undefined
            ? []
            : [
                {
                  title: `moved ${why.meant}`,
                  edits: [{ span: { ...from.span, end: to.span.end }, text: why.meant }],
                },
              ],
      }),
    );
  }
}

interface Why {
  readonly text: string;
  /** The paths that were probably meant. */
  readonly meant?: string;
}

interface Known {
  /** Whether a pattern names a weight of now. */
  readonly names: (pattern: string) => boolean;
  /** Renames by the path that they lead from. */
  readonly from: ReadonlyMap<string, readonly MovedItem[]>;
}

/** Of each old path the first two renames that differ: one of them leads elsewhere than any other rename comes from. */
function byOldPath(moves: readonly MovedItem[]): Known['from'] {
  const found = new Map<string, readonly MovedItem[]>();
  for (const move of moves) {
    const own = found.get(move.from.text) ?? [];
    const isNew = own.length < 2 && own.every(({ to }) => to.text !== move.to.text);
    if (isNew) found.set(move.from.text, [...own, move]);
  }
  return found;
}

function whyNothing({ from, to }: MovedItem, { names, from: renames }: Known): Why | undefined {
  if (from.text === to.text) return { text: 'the old path and the new one are the same' };
  if (String(wildcards(from.text)) !== String(wildcards(to.text)))
    return { text: 'a wildcard stands for the same text in both paths, so both have the same ones' };
  if (names(to.text)) return undefined;
  const next = renames.get(to.text)?.find((other) => other.to.text !== from.text);
  if (next && names(next.to.text))
    return {
      text: `renames do not follow one another: ${to.text} is ${next.to.text} now`,
      meant: `${from.text} -> ${next.to.text}`,
    };
  const turned = names(from.text) ? { meant: `${to.text} -> ${from.text}` } : {};
  return { text: `no weight is called ${to.text} now; the old path stands first`, ...turned };
}

function wildcards(pattern: string): readonly string[] {
  return pattern.match(/\*+/g) ?? [];
}
