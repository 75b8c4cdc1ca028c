/** `moved a -> b` before there is a file of weights: the two differ, have the same wildcards, and the new path is one of a net's. */
import type { MovedItem } from '../1-parse/ast.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { matchesPath } from '../ir/weight-paths.ts';
import type { Session } from './session.ts';

/** Checks the renames of a file; `paths` are the weights of its nets, undefined where not all are known. */
export function checkMoves(
  moves: readonly MovedItem[],
  paths: readonly string[] | undefined,
  session: Session,
): void {
  for (const move of moves) {
    const why = whyNothing(move, moves, paths);
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

function whyNothing(
  { from, to }: MovedItem,
  moves: readonly MovedItem[],
  paths: readonly string[] | undefined,
): Why | undefined {
  if (from.text === to.text) return { text: 'the old path and the new one are the same' };
  if (String(wildcards(from.text)) !== String(wildcards(to.text)))
    return { text: 'a wildcard stands for the same text in both paths, so both have the same ones' };
  const names = (pattern: string): boolean => paths?.some((path) => matchesPath(pattern, path)) ?? true;
  if (names(to.text)) return undefined;
  const next = moves.find((other) => other.from.text === to.text && other.to.text !== from.text);
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
