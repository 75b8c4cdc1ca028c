/**
 * `moved a -> b` before there is a file of weights: the two differ, have the same wildcards, the new path is one of a net's, and no
 * other rename leads from the old one.
 */
import type { MovedItem } from '../../1-parse/ast.ts';
import { leaveOut } from '../../diagnostics/fixes.ts';
import { maxSuggestions } from '../../diagnostics/nearest.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { pathIndex } from '../../ir/weight-paths.ts';
import { meantPath } from './meant-path.ts';
import type { Session } from '../session.ts';

/** Checks the renames of a file; `nets` are the weights of each of its nets, undefined where not all are known. */
export function checkMoves(
  moves: readonly MovedItem[],
  nets: readonly (readonly string[])[] | undefined,
  session: Session,
): void {
  const paths = nets?.flat();
  const known: Known = { paths, names: paths ? pathIndex(paths) : () => true, from: byOldPath(moves) };
  const valid: MovedItem[] = [];
  let suggestions = maxSuggestions;
  for (const move of moves) {
    const why = whyNothing(move, known);
    if (why === undefined) valid.push(move);
    else reportNothing(move, why.isUnknown && suggestions-- > 0 ? nearby(move, why, known) : why, session);
  }
  if (nets) checkTwice(valid, nets.map(pathIndex), session);
}

function reportNothing({ from, to, span }: MovedItem, { text, meant }: Why, session: Session): void {
  const whole = { ...from.span, end: to.span.end };
  const fixes =
    meant === undefined ? [] : [{ title: `moved ${meant}`, edits: [{ span: whole, text: meant }] }];
  session.report(
    diagnostic('weights/moves-nothing', { from: from.text, to: to.text }, span, {
      notes: [{ word: 'why', text }],
      fixes,
    }),
  );
}

interface Why {
  readonly text: string;
  /** The paths that were probably meant. */
  readonly meant?: string;
  /** The new path is none of a net's. */
  readonly isUnknown?: boolean;
}

interface Known {
  readonly paths: readonly string[] | undefined;
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
  const turned = names(from.text) ? { meant: `${to.text} -> ${from.text}` } : { isUnknown: true };
  return { text: `no weight is called ${to.text} now; the old path stands first`, ...turned };
}

/** With the path of now that is nearest, if one is; what stands too much before both paths goes from both. */
function nearby({ from, to }: MovedItem, why: Why, { paths, names }: Known): Why {
  const meant = meantPath(to.text, paths ?? [], names);
  if (meant === undefined) return why;
  const text = `no weight is called ${to.text} now; ${meant} is`;
  const more = to.text.endsWith(`.${meant}`) ? to.text.slice(0, -meant.length) : '';
  const old = more !== '' && from.text.startsWith(more) ? from.text.slice(more.length) : from.text;
  return old === meant ? why : { text, meant: `${old} -> ${meant}` };
}

/** Two renames from one path, both to weights of one net. */
function checkTwice(
  moves: readonly MovedItem[],
  nets: readonly ((pattern: string) => boolean)[],
  session: Session,
): void {
  const firsts = new Map<string, MovedItem>();
  for (const move of moves) {
    const { from, to, span } = move;
    const first = firsts.get(from.text);
    if (!first) firsts.set(from.text, move);
    else if (nets.some((names) => names(first.to.text) && names(to.text)))
      session.report(
        diagnostic('weights/moved-twice', { from: from.text, first: first.to.text, to: to.text }, span, {
          labels: [{ span: first.span, text: 'the first' }],
          fixes: [leaveOut('this rename', span)],
        }),
      );
  }
}

function wildcards(pattern: string): readonly string[] {
  return pattern.match(/\*+/g) ?? [];
}
