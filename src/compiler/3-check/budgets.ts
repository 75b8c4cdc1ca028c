/**
 * `budget LeNet5 { params <= 62k, macs <= 420k }`: limits that fail the build, with the layers to blame. What follows from the
 * graph is checked here; `download`, `peak` and
 * `arena` follow from the plan and are checked by planned-budgets.ts.
 */
import type { BudgetStatement, Expr } from '../1-parse/ast.ts';
import { timesAreMeasured } from '../1-parse/repairs/numbers.ts';
import { textOf, type Span } from '../1-parse/source.ts';
import { figureCalled } from '../2-resolve/figures.ts';
import type { Model } from '../2-resolve/model.ts';
import type { Fix, Label } from '../diagnostics/diagnostic.ts';
import { replaceBy } from '../diagnostics/fixes.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { givenTwice } from '../diagnostics/twice.ts';
import { unknownWord } from '../diagnostics/unknown-word.ts';
import type { Node } from '../ir/graph.ts';
import { argument, mistyped } from './evaluate.ts';
import type { Site } from './frame.ts';
import { figures, type NetFacts } from './query.ts';
import type { Session } from './session.ts';
import { showCount } from '../diagnostics/count.ts';

/** Quantities that are known only when the program is planned or emitted, in bytes. */
export const laterQuantities = ['download', 'peak', 'arena'] as const;

/** Quantities in bytes; the others are counts. */
const bytes: readonly string[] = ['weightBytes', ...laterQuantities];

const quantities: readonly string[] = [...Object.keys(figures), ...laterQuantities];

/** What they are called elsewhere, beside the figures of every net. */
const foreignQuantities: Readonly<Record<string, string>> = {
  ...{ size: 'download', bundle: 'download', bytes: 'download' },
  ...{ ram: 'peak', memory: 'peak', heap: 'peak', activations: 'arena' },
};

/** One limit of a budget: `peak <= 1 MB`. */
export interface Limit {
  readonly quantity: string;
  readonly most: number;
  readonly expr: Expr;
}

/** Whether a budget of the entry file limits what only a planned program has. */
export function needsPlan({ entry }: Model): boolean {
  const later: readonly string[] = laterQuantities;
  const isLater = ({ limits }: BudgetStatement): boolean =>
    limits.some((l) => l.kind === 'binary' && l.left.kind === 'name' && later.includes(l.left.name));
  return entry.file.items.some((item) => {
    if (item.kind === 'budget') return isLater(item);
    const inside = item.kind === 'net' ? (item.body?.statements ?? []) : [];
    return inside.some((statement) => statement.kind === 'budget' && isLater(statement));
  });
}

const isTime = /^(?:latency|(?:run|inference)?_?time|duration|speed|fps|throughput|ms|seconds)$/i;
const whyNoTimes = { word: 'note' as const, text: timesAreMeasured };

/** The limits of a budget; what is no limit is reported. */
export function limitsOf(budget: BudgetStatement, site: Site, session: Session): readonly Limit[] {
  return budget.limits.flatMap((expr) => limitOf(expr, site, session) ?? []);
}

function limitOf(expr: Expr, site: Site, session: Session): Limit | undefined {
  if (expr.kind !== 'binary' || (expr.op !== '<=' && expr.op !== '<') || expr.left.kind !== 'name') {
    if (expr.kind !== 'broken-expr')
      session.report(diagnostic('assert/not-a-limit', {}, expr.span, { fixes: asLimit(expr) }));
    return undefined;
  }
  const { left, right, op } = expr;
  if (!quantities.includes(left.name)) {
    const figure = figureCalled(left.name);
    const foreign = figure === undefined ? foreignQuantities : { [left.name]: figure };
    const unknownQuantity = unknownWord(left, quantities, 'quantity of a budget', foreign);
    session.report(isTime.test(left.name) ? { ...unknownQuantity, notes: [whyNoTimes] } : unknownQuantity);
    return undefined;
  }
  if (isWrongUnit(left.name, right, session)) return undefined;
  const value = argument(right, site, session);
  if (value.kind !== 'number') {
    mistyped(value, 'a number', right, session);
    return undefined;
  }
  return { quantity: left.name, most: op === '<' ? value.value - 1 : value.value, expr };
}

/** Bytes and shares are no counts, and counts no bytes: `params <= 300 kB`, `download <= 300k`. */
function isWrongUnit(quantity: string, limit: Expr, session: Session): boolean {
  if (limit.kind !== 'number') return false;
  const { unit = '', span } = limit;
  const counts = !bytes.includes(quantity);
  if (unit !== '%' && unit.endsWith('B') === !counts) return false;
  const expected = `${counts ? 'a count such as 300k' : 'a size such as 300 kB'} for ${quantity}`;
  const written = textOf(span);
  const found =
    unit === '%'
      ? `the share ${written}`
      : `${written}, ${counts ? 'a number of bytes' : 'without its unit'}`;
  const meant = counts
    ? written.replace(/\s*B$|\s*([kMG])B$/, '$1')
    : written.replace(/\s*([kMG]?)$/, ' $1B');
  const fixes = unit === '%' ? [] : [replaceBy(meant, span)];
  session.report(diagnostic('value/expected', { expected, found }, span, { fixes }));
  return true;
}

/** In one budget a quantity has one limit; of two only the lower would count. */
export function reportLimitsTwice(net: string, { limits }: BudgetStatement, session: Session): void {
  const seen = new Map<string, Span>();
  for (const limit of limits) {
    if (limit.kind !== 'binary' || limit.left.kind !== 'name') continue;
    const { name } = limit.left;
    const first = seen.get(name);
    if (first) {
      const args = { option: name, what: `the budget of ${net}` };
      session.report(givenTwice(args, { first, again: limit.span, text: 'limited here first' }));
    } else seen.set(name, limit.span);
  }
}

/** `10k >= params`, `params == 10k`, `N.params <= 10k`, `params(10k)`, `params <= 10k and macs <= 1M` as limits. */
function asLimit(expr: Expr): readonly Fix[] {
  const limits = limitsIn(expr);
  return limits ? [replaceBy(limits.join(', '), expr.span)] : [];
}

function limitsIn(expr: Expr): readonly string[] | undefined {
  if (expr.kind === 'call' && expr.args.length === 1)
    return oneLimit(quantityOf(expr.callee), '<=', expr.args[0]?.value);
  if (expr.kind !== 'binary') return undefined;
  const { op, left, right } = expr;
  if (op === 'and') {
    const [first, second] = [limitsIn(left), limitsIn(right)];
    return first && second && [...first, ...second];
  }
  if (op === '<=' || op === '<' || op === '==')
    return oneLimit(quantityOf(left), op === '<' ? '<' : '<=', right);
  // The other way round: of `params >= 10k` nobody knows what was meant.
  return op === '>=' || op === '>' ? oneLimit(quantityOf(right), op === '>' ? '<' : '<=', left) : undefined;
}

function oneLimit(
  quantity: string | undefined,
  sign: string,
  most: Expr | undefined,
): readonly string[] | undefined {
  return quantity === undefined || most === undefined
    ? undefined
    : [`${quantity} ${sign} ${textOf(most.span)}`];
}

/** `params`, and `params` of `N.params`. */
function quantityOf(expr: Expr): string | undefined {
  const name = expr.kind === 'name' ? expr.name : expr.kind === 'member' ? expr.member.name : '';
  return quantities.includes(name) ? name : undefined;
}

/** Reports every limit that the net exceeds. */
export function checkBudget(
  budget: BudgetStatement,
  net: { readonly name: string; readonly facts: NetFacts },
  site: Site,
  session: Session,
): void {
  for (const limit of limitsOf(budget, site, session)) {
    const found = figures[limit.quantity]?.(net.facts);
    if (found === undefined || found <= limit.most) continue;
    const { labels, why } = blame(limit.quantity, net.facts);
    session.report(
      diagnostic(
        'assert/over-budget',
        {
          name: net.name,
          quantity: limit.quantity,
          found: showCount(found),
          most: showCount(limit.most),
        },
        limit.expr.span,
        {
          label: `${showCount(found - limit.most)} over`,
          labels,
          notes: why === undefined ? [] : [{ word: 'why', text: why }],
        },
      ),
    );
  }
}

/** The layer with the largest share, and the two after it in words. */
function blame(quantity: string, { costs }: NetFacts): { labels: readonly Label[]; why: string | undefined } {
  const share = quantity === 'weightBytes' ? 'params' : (quantity as 'params' | 'trainable' | 'macs');
  const total = costs[share];
  const ranked = [...costs.nodes]
    .map(([node, cost]) => ({ node, amount: cost[share] }))
    .sort((a, b) => b.amount - a.amount)
    .slice(0, 3)
    .filter(({ amount }) => amount > 0);
  const [largest] = ranked;
  if (!largest) return { labels: [], why: undefined };
  const percent = (amount: number): string => `${Math.round((100 * amount) / total)} %`;
  const text = ranked
    .map(({ node, amount }) => `${nameOf(node)} ${showCount(amount)} (${percent(amount)})`)
    .join(', ');
  const { span } = largest.node;
  return {
    labels: span ? [{ span, text: `${percent(largest.amount)} of all ${share}` }] : [],
    why: `most ${share} are in ${text}`,
  };
}

function nameOf(node: Node): string {
  return node.path === '' ? node.op : node.path;
}
