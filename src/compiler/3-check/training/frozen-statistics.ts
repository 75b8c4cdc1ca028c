/**
 * `freeze` by a weight's own name (`**.weight`) takes a batch norm's weight and leaves its running statistics, which move with
 * every batch: the frozen layer would compute something else after training.
 */
import type { PathPattern } from '../../1-parse/ast.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { topological, type Graph } from '../../ir/graph.ts';
import { matchesPath, pathIndex, patternIndex } from '../../ir/weight-paths.ts';
import { paramPath } from '../../ops/build.ts';
import type { Session } from '../session.ts';

/** Warns about each pattern that freezes weights of batch norms of which `all` patterns together leave the statistics. */
export function checkFrozenStatistics(
  patterns: readonly PathPattern[],
  net: { readonly graph: Graph; readonly all: readonly PathPattern[] },
  session: Session,
): void {
  const isFrozen = patternIndex(net.all.map(({ text }) => text));
  const moving = batchNorms(net.graph).filter(({ statistics }) => !statistics.some(isFrozen));
  const names = pathIndex(moving.flatMap(({ weights }) => weights));
  for (const pattern of patterns) {
    if (!names(pattern.text)) continue;
    const halves = moving.filter(({ weights }) => weights.some((path) => matchesPath(pattern.text, path)));
    const [first, ...more] = halves;
    if (!first) continue;
    const others = more.length === 0 ? '' : ` and ${more.length} more`;
    session.report(
      diagnostic('train/frozen-bn-moves', { pattern: pattern.text }, pattern.span, {
        label: `statistics of ${first.path}${others} are not matched`,
        notes: [{ word: 'why', text: 'a batch norm has running statistics, which move with every batch' }],
        fixes: [fixOf(pattern)],
      }),
    );
  }
}

interface BatchNorm {
  readonly path: string;
  readonly weights: readonly string[];
  readonly statistics: readonly string[];
}

function batchNorms(graph: Graph): readonly BatchNorm[] {
  return topological(graph)
    .filter(({ op }) => op === 'bn')
    .map((node) => {
      const params = node.inputs.filter(({ op }) => op === 'param');
      const of = (trainable: boolean): readonly string[] =>
        params.filter(({ attrs }) => (attrs['trainable'] === true) === trainable).map(paramPath);
      return { path: node.path, weights: of(true), statistics: of(false) };
    });
}

/** The whole layer where the pattern names one (`stem.**.weight` → `stem.**`); else the statistics besides. */
function fixOf({ text, span }: PathPattern): {
  readonly title: string;
  readonly edits: readonly [{ readonly span: typeof span; readonly text: string }];
} {
  const layer = text.replace(/\.[^.]+$/, '').replace(/\.\*\*$/, '');
  const whole =
    layer.includes('*') || layer === text ? `${text}, **.running_mean, **.running_var` : `${layer}.**`;
  return { title: `freeze ${whole}`, edits: [{ span, text: whole }] };
}
