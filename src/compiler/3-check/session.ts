/**
 * The state of one instantiation: the diagnostics found, the weights made by path, and the bounds that keep every
 * compilation finite (nothing is unrolled without one).
 */
import type { Expr } from '../1-parse/ast.ts';
import type { Span } from '../1-parse/source.ts';
import type { Declaration, Model } from '../2-resolve/model.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { Node } from '../ir/graph.ts';
import type { TensorType } from '../ir/type.ts';
import type { Blocks } from './memo/index.ts';
import { spoil, type Recording } from './memo/recording.ts';
import type { NetQueries } from './query.ts';
import { noNamedSizes, type NamedSizes } from './sizes.ts';
import type { Disagreement } from './symbolic-types.ts';
import type { Value } from './value.ts';
import { showCount } from '../diagnostics/count.ts';

/** Most nodes of a graph, most steps of evaluation, deepest nesting of blocks, most variants of a family that are checked. */
export const limits = {
  nodes: 50_000,
  steps: 500_000,
  depth: 100,
  level: 500,
  elements: 2 ** 31,
  variants: 100,
} as const;

export type Mode = 'inference' | 'training';

export interface Session {
  readonly model: Model;
  readonly mode: Mode;
  /** Values of top-level constants, evaluated once. */
  readonly constants: Map<Declaration, Value | 'evaluating'>;
  /** Weights by their full path (`stem.conv.weight`). */
  readonly weights: Map<string, Node>;
  /** How often each node path was given, so that a second use of an instance is told apart. */
  readonly paths: Map<string, number>;
  /** Types over named sizes, for nodes that depend on one. */
  readonly symbolic: Map<Node, TensorType | 'unknown'>;
  /** Named sizes of the inputs, and where sizes do not agree for all of them. */
  readonly named: NamedSizes;
  readonly disagreements: Disagreement[];
  /** Answers questions about other nets (`ResNet18.params`). */
  readonly queries: NetQueries | undefined;
  /** What blocks came to before; undefined where each is evaluated. */
  readonly blocks: Blocks | undefined;
  /** The innermost block whose evaluation is being noted. */
  recording: Recording | undefined;
  nodes: number;
  /** Expressions inside one another that are being evaluated, through all blocks. */
  level: number;
  steps: number;
  /** A bound was passed: everything stops. */
  stopped: boolean;
  report(diagnostic: Diagnostic): void;
}

/** A reporter that drops repetitions: a block used ten times says once what is wrong with it. */
export function onceReporter(into: Diagnostic[]): (diagnostic: Diagnostic) => void {
  const seen = new Set<string>();
  return (d) => {
    const key = `${d.code}\0${d.span.source.path}\0${d.span.start}\0${d.span.end}`;
    if (seen.has(key)) return;
    seen.add(key);
    into.push(d);
  };
}

export function newSession(options: {
  readonly model: Model;
  readonly mode: Mode;
  readonly report: (diagnostic: Diagnostic) => void;
  readonly queries?: NetQueries;
  readonly blocks?: Blocks | undefined;
}): Session {
  const session: Session = {
    model: options.model,
    mode: options.mode,
    constants: new Map(),
    weights: new Map(),
    paths: new Map(),
    symbolic: new Map(),
    named: noNamedSizes(),
    disagreements: [],
    queries: options.queries,
    blocks: options.blocks,
    recording: undefined,
    nodes: 0,
    level: 0,
    steps: 0,
    stopped: false,
    report: (found) => {
      spoil(session);
      options.report(found);
    },
  };
  return session;
}

/** Counts one step; false where everything has to stop. */
export function step(session: Session, expr: Expr): boolean {
  if (session.stopped) return false;
  if (++session.steps <= limits.steps) return true;
  stop(session, expr.span, 'steps');
  return false;
}

/** Counts one node; false where the net has grown too large. */
export function countNode(session: Session, span: Span): boolean {
  if (session.stopped) return false;
  if (++session.nodes <= limits.nodes) return true;
  stop(session, span, 'nodes');
  return false;
}

function stop(session: Session, span: Span, what: 'nodes' | 'steps'): void {
  session.stopped = true;
  const limit = showCount(limits[what]);
  session.report(
    diagnostic(
      'network/too-large',
      { whose: 'this net grows', limit, what: what === 'nodes' ? 'layers' : 'steps of repetition' },
      span,
    ),
  );
}

/** The visible path of a new node: the same layer used again (an instance) gets `@2`. */
export function visiblePath(session: Session, path: string): string {
  const count = (session.paths.get(path) ?? 0) + 1;
  session.paths.set(path, count);
  return count === 1 ? path : `${path}@${count}`;
}
