/**
 * Limits of budgets on what only a program has: `arena` (memory for values), `peak` (all its memory) and `download` (WebAssembly,
 * weights and runtime, uncompressed). A net is planned only where one of its budgets asks.
 */
import {
  factsOf,
  importedNets,
  plannedLimits,
  type Limit,
  type NetFacts,
  type NetInfo,
  withVariants,
} from './3-check/index.ts';
import type { Model } from './2-resolve/model.ts';
import { optimize } from './5-optimize/index.ts';
import { fullest, plan, showBytes } from './6-plan/index.ts';
import type { Plan } from './6-plan/plan.ts';
import { runtimeBytes } from './7-emit/package/index.ts';
import { emitWasm } from './7-emit/wasm/index.ts';
import type { Diagnostic } from './diagnostics/diagnostic.ts';
import { diagnostic } from './diagnostics/registry.ts';
import { showCount } from './diagnostics/count.ts';

type Extras = Parameters<typeof diagnostic>[3];

interface Quantity {
  readonly words: string;
  readonly bytes: (plan: Plan) => number;
  /** The layer to blame. */
  readonly blame: (plan: Plan, facts: NetFacts) => NonNullable<Extras>;
}

const quantities: Readonly<Record<Limit['quantity'], Quantity | undefined>> = {
  arena: { words: 'for values', bytes: ({ bytes }) => bytes.arena, blame: fullestLayer },
  peak: { words: 'of memory', bytes: ({ bytes }) => bytes.total, blame: fullestLayer },
  download: {
    words: 'to download',
    bytes: downloaded,
    blame: (_, facts) => heaviestLayer(facts),
  },
};

/** Every such limit that a net exceeds, at its default sizes: of the file's `nets`, and of those that it imports. */
export function checkPlannedBudgets(model: Model, nets: readonly NetInfo[]): readonly Diagnostic[] {
  const limitsOf = plannedLimits(model);
  const own = nets.flatMap((net) =>
    withVariants(net).map(({ variant, facts }) => ({
      net: { declaration: net.declaration, variant },
      known: () => facts,
    })),
  );
  const imported = [...importedNets(model)].flatMap(([declaration, variants]) =>
    [undefined, ...variants].map((variant) => {
      const net = { declaration, variant };
      return { net, known: () => factsOf(model, net) };
    }),
  );
  return [...own, ...imported].flatMap(({ net, known }) => {
    const limits = limitsOf(net);
    const facts = limits.length > 0 ? known() : undefined;
    // A net without facts has errors already.
    if (!facts) return [];
    const planned = plan(optimize(facts.graph), { relaxed: true, wide: false });
    const name = [net.declaration.name, net.variant].filter((part) => part !== undefined).join('.');
    return limits.flatMap((limit) => exceeded(limit, planned, { name, facts }));
  });
}

function exceeded(
  { quantity: name, most, expr }: Limit,
  planned: Plan,
  { name: net, facts }: { readonly name: string; readonly facts: NetFacts },
): readonly Diagnostic[] {
  const quantity = quantities[name];
  const found = quantity?.bytes(planned) ?? 0;
  if (!quantity || found <= most) return [];
  const args = { name: net, quantity: quantity.words, found: bytes(found), most: bytes(most) };
  const label = `${bytes(found - most)} over`;
  return [diagnostic('assert/over-budget', args, expr.span, { label, ...quantity.blame(planned, facts) })];
}

/** The program, the weights as they are shipped, and the runtime. */
function downloaded(planned: Plan): number {
  const { bytes: code, manifest } = emitWasm(planned);
  return code.length + manifest.weights.bytes + runtimeBytes(planned.outputs);
}

const bytes = (n: number): string => `${showCount(n)} bytes`;

/** Where most is alive at once, and what it is. */
function fullestLayer(planned: Plan): NonNullable<Extras> {
  const found = fullest(planned);
  const { weights, arena } = planned.bytes;
  const why = `weights ${showBytes(weights)}, values that are alive at once ${showBytes(arena)}`;
  if (!found) return { notes: [{ word: 'why', text: why }] };
  const { span } = found.step.node;
  return {
    labels: span ? [{ span, text: `${showBytes(found.bytes)} are alive here` }] : [],
    notes: [{ word: 'why', text: found.largest === '' ? why : `${why}: ${found.largest}` }],
  };
}

/** The layer with the most weights. */
function heaviestLayer({ costs }: NetFacts): NonNullable<Extras> {
  const [heaviest] = [...costs.nodes].sort(([, a], [, b]) => b.params - a.params);
  if (!heaviest?.[1].params || !heaviest[0].span) return {};
  const share = Math.round((100 * heaviest[1].params) / costs.params);
  return { labels: [{ span: heaviest[0].span, text: `${share} % of the weights` }] };
}
