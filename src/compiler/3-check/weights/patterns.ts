/** Patterns over the weights of a net, after `freeze` and `except`: each names some of them. */
import type { PathPattern } from '../../1-parse/ast.ts';
import type { Span } from '../../1-parse/source.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { maxSuggestions, nearest } from '../../diagnostics/nearest.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { showNames } from '../../diagnostics/show-names.ts';
import { topological, type Graph } from '../../ir/graph.ts';
import { pathIndex } from '../../ir/weight-paths.ts';
import { paramPath } from '../../ops/build.ts';
import type { Session } from '../session.ts';

/** The weights of a net, for many patterns. */
export interface NetPaths {
  readonly matches: (pattern: string) => boolean;
  /** First parts of the paths. */
  readonly scopes: readonly string[];
  /** Patterns so far that match nothing. */
  misses: number;
}

export function netPaths(paths: readonly string[]): NetPaths {
  const scopes = new Set(paths.map((path) => path.split('.')[0] ?? path));
  return { matches: pathIndex(paths), scopes: [...scopes], misses: 0 };
}

/** What is said for all weights elsewhere. */
const everything = /^(?:\*|all|everything|true|weights|layers)$/i;

/** The scopes in the order of the text, without the one that is nearest to the outputs. */
export function allButTheLast(scopes: readonly string[], span: Span): readonly Fix[] {
  return scopes.length < 2
    ? []
    : [
        replaceBy(
          scopes
            .slice(0, -1)
            .map((scope) => `${scope}.**`)
            .join(', '),
          span,
        ),
      ];
}

/** Reports a pattern that matches none of the weights of `net`. */
export function checkPattern(
  { text, span }: PathPattern,
  paths: NetPaths,
  { code, net }: { readonly code: 'train/freezes-nothing' | 'weights/matches-nothing'; readonly net: string },
  session: Session,
): void {
  const { matches, scopes } = paths;
  if (matches(text)) return;
  if (code === 'train/freezes-nothing' && (everything.test(text) || text === net)) {
    const notes = [
      { word: 'note', text: 'what is frozen is not trained: of all weights nothing would be left to train' },
    ] as const;
    return session.report(
      diagnostic(code, { pattern: text, net }, span, { notes, fixes: allButTheLast(scopes, span) }),
    );
  }
  // `freeze N.stem.**`: the paths of a net begin inside of it.
  const inside = text.startsWith(`${net}.`) ? text.slice(net.length + 1) : '';
  const within = matches(inside) ? [replaceBy(inside, span)] : [];
  const near = paths.misses++ < maxSuggestions ? nearest(text.split('.')[0] ?? '', scopes) : undefined;
  session.report(
    diagnostic(code, { pattern: text, net }, span, {
      label: near === undefined ? undefined : `did you mean ${near}.**?`,
      notes: [{ word: 'note', text: `its weights are in ${showNames(scopes, scopes.length) || 'no layer'}` }],
      fixes: near === undefined ? within : [replaceBy(`${near}.**`, span)],
    }),
  );
}

export function weightPaths(graph: Graph): readonly string[] {
  return topological(graph)
    .filter((node) => node.op === 'param')
    .map(paramPath);
}
