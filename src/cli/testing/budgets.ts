/**
 * Limits of budgets on what only a plan knows: `arena` (memory for values), `peak` (all memory of the program) and `download`
 * (WebAssembly and weights, uncompressed). Parameters and multiplications are the checker's.
 */
import type { BudgetStatement, Expr } from '../../compiler/1-parse/ast.ts';
import {
  emitWasm,
  instantiate,
  netsOf,
  optimize,
  plan,
  type Diagnostic,
  type Model,
} from '../../compiler/index.ts';
import { diagnostic } from '../../compiler/diagnostics/registry.ts';
import { CannotCompare, evaluate } from './conditions.ts';

const quantities = ['arena', 'peak', 'download'] as const;
type Quantity = (typeof quantities)[number];
type Figures = Readonly<Record<Quantity, number>>;

/** Every such limit of the entry file that does not hold. Nets that have errors are the checker's too. */
export function checkPlanned(model: Model): readonly Diagnostic[] {
  const known = new Map<string, Figures | undefined>();
  return budgets(model).flatMap(({ net, budget }) =>
    budget.limits.flatMap((limit) => {
      const asked = limitOf(limit);
      if (!asked) return [];
      if (!known.has(net)) known.set(net, figuresOf(model, net));
      const found = known.get(net)?.[asked.quantity];
      if (found === undefined || found <= asked.most) return [];
      const [a, b] = [found, asked.most].map((n) => `${n.toLocaleString('en')} bytes`) as [string, string];
      const args = { name: net, quantity: `of ${asked.quantity}`, found: a, most: b };
      const label = `${(found - asked.most).toLocaleString('en')} bytes over`;
      return [diagnostic('assert/over-budget', args, limit.span, { label })];
    }),
  );
}

function budgets(model: Model): readonly { readonly net: string; readonly budget: BudgetStatement }[] {
  const nets = netsOf(model);
  const inside = nets.flatMap(({ name, item }) =>
    (item.body?.statements ?? []).flatMap((s) => (s.kind === 'budget' ? [{ net: name, budget: s }] : [])),
  );
  const outside = model.entry.file.items.flatMap((item) => {
    const net =
      item.kind === 'budget'
        ? (item.net?.name ?? (nets.length === 1 ? nets[0]?.name : undefined))
        : undefined;
    return item.kind === 'budget' && net !== undefined ? [{ net, budget: item }] : [];
  });
  return [...inside, ...outside];
}

/** `peak <= 1 MB`, where the quantity is one of these. */
function limitOf(limit: Expr): { readonly quantity: Quantity; readonly most: number } | undefined {
  if (limit.kind !== 'binary' || limit.left.kind !== 'name' || !['<', '<='].includes(limit.op))
    return undefined;
  const { name } = limit.left;
  const quantity = quantities.find((one) => one === name);
  const most = quantity && numberOf(limit.right);
  return quantity && most !== undefined ? { quantity, most: limit.op === '<' ? most - 1 : most } : undefined;
}

function numberOf(expr: Expr): number | undefined {
  try {
    const value = evaluate(expr, {});
    return typeof value === 'number' ? value : undefined;
  } catch (error) {
    if (error instanceof CannotCompare) return undefined;
    throw error;
  }
}

function figuresOf(model: Model, net: string): Figures | undefined {
  const { graph } = instantiate(model, { net, mode: 'inference' });
  if (!graph) return undefined;
  const planned = plan(optimize(graph), { relaxed: true, wide: false });
  const { arena, total } = planned.bytes;
  const { bytes, manifest } = emitWasm(planned);
  return { arena, peak: total, download: bytes.length + manifest.weights.bytes };
}
