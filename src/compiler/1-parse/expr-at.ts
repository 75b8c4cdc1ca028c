/**
 * From a place in a text back to what stands there in its syntax tree, for fixes: a graph's nodes know their span only. The text is
 * parsed again, once, when the first message asks.
 */
import type { CallExpr, Expr, File, PipelineExpr } from './ast.ts';
import { parse } from './index.ts';
import type { Source, Span } from './source.ts';

/** Whatever has a span: expressions, stages, branches, statements. */
interface TreeNode {
  readonly kind: string;
  readonly span: Span;
}

const files = new WeakMap<Source, File>();

function fileOf(source: Source): File {
  const known = files.get(source);
  if (known) return known;
  const { file } = parse(source);
  files.set(source, file);
  return file;
}

/** The call at exactly `span`; undefined where no call stands there. */
export function callAt(span: Span): CallExpr | undefined {
  return pathTo(span).find((node): node is CallExpr => node.kind === 'call' && isAt(node, span));
}

/** The innermost call that `span` lies in, the one at it left out. */
export function callAround(span: Span): CallExpr | undefined {
  return pathTo(span).findLast((node): node is CallExpr => node.kind === 'call' && !isAt(node, span));
}

/** The pipeline of which the stage at exactly `span` is one, and which; undefined for what is no stage. */
export function stageAt(span: Span): { readonly pipeline: PipelineExpr; readonly index: number } | undefined {
  const isPipeline = (node: TreeNode): node is PipelineExpr => node.kind === 'pipeline';
  const pipeline = pathTo(span).filter(isPipeline).at(-1);
  const index = pipeline?.stages.findIndex(({ expr }) => isAt(expr, span)) ?? -1;
  return pipeline && index !== -1 ? { pipeline, index } : undefined;
}

const isAt = (node: TreeNode | Expr, { start, end }: Span): boolean =>
  node.span.start === start && node.span.end === end;

/** Everything that covers `span`, from the outside in. */
function pathTo(span: Span): readonly TreeNode[] {
  const path: TreeNode[] = [];
  const enter = (value: unknown): boolean => {
    if (typeof value !== 'object' || value === null) return false;
    if (Array.isArray(value)) return value.some(enter);
    if (isTreeNode(value)) {
      if (value.span.start > span.start || value.span.end < span.end) return false;
      path.push(value);
    }
    const inside = Object.entries(value).some(([key, part]) => key !== 'span' && enter(part));
    return inside || isTreeNode(value);
  };
  enter(fileOf(span.source).items);
  return path;
}

function isTreeNode(value: object): value is TreeNode {
  return 'kind' in value && 'span' in value;
}
