/**
 * Comments that switch off what is never said, as rustc's `unfulfilled_lint_expectations`. Only those of which this check knows it:
 * of warnings that phases 1 to 3 give, in what was evaluated as a whole, and in files without errors.
 */
import type { Item } from '../1-parse/ast.ts';
import type { Model, NetDeclaration } from '../2-resolve/model.ts';
import { withoutComment } from '../diagnostics/allow-comment.ts';
import type { AllowingComment } from '../diagnostics/allowances.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { NetFacts } from './query.ts';

interface Checked {
  readonly told: readonly Diagnostic[];
  /** Lines that switched off what this phase would have said. */
  readonly allowed: ReadonlySet<string>;
  readonly nets: readonly { readonly declaration: NetDeclaration; readonly facts: NetFacts | undefined }[];
}

export function unusedAllowances(model: Model, { told, allowed, nets }: Checked): readonly Diagnostic[] {
  const { source, file } = model.entry;
  const own = model.allowances.comments.filter(({ span }) => span.source === source);
  if (own.length === 0 || model.failed || told.some(({ severity }) => severity === 'error')) return [];
  const evaluated = new Set<Item>(nets.flatMap(({ declaration: { item }, facts }) => (facts ? [item] : [])));
  // A block was as a whole where something mentions it and all nets were.
  if (evaluated.size === nets.length)
    for (const { to } of [...model.mentions.values()].flat())
      if (to.kind === 'block' && !to.item.exported) evaluated.add(to.item);
  return own.flatMap((comment): readonly Diagnostic[] => {
    const { span, code, lines } = comment;
    if (isGivenLater(code) || lines.some((line) => allowed.has(line) || model.allowed.has(line))) return [];
    const item = itemOf(comment, file.items);
    if (!item || (isEvaluated(item) && !evaluated.has(item))) return [];
    return [diagnostic('allow/unused', { code }, span, { fixes: [withoutComment(comment)] })];
  });
}

/** By commands that read weights and choices of algorithms. */
const isGivenLater = (code: string): boolean => /^(?:weights|tuning)\//.test(code);

/** The item that a comment stands in, behind, or before. */
function itemOf({ span }: AllowingComment, items: readonly Item[]): Item | undefined {
  const { text } = span.source;
  return items.find(({ span: { end } }) => end > span.start || !text.slice(end, span.start).includes('\n'));
}

/** What is said about it depends on what it is used for. */
const isEvaluated = ({ kind }: Item): boolean => kind === 'net' || kind === 'block' || kind === 'defaults';
