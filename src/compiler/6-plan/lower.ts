/**
 * Every dynamic node lowered to kernels, each with its algorithm, independent of order and memory: the part of planning that is done once
 * however many schedules are compared.
 */
import { internal } from '../diagnostics/internal.ts';
import { topological, type Graph, type Node } from '../ir/graph.ts';
import type { Kernel, Lowering, Operand } from '../ir/kernel.ts';
import { isStatic } from '../ir/rewrite.ts';
import { sizeOf } from '../ir/type.ts';
import { opDef } from '../ops/index.ts';
import { accessOf, blockCopy } from './access.ts';
import type { AlgorithmOptions, Choice } from './algorithms/algorithm.ts';
import { algorithms, candidates, cheapest, chooseAlgorithm, variants } from './algorithms/index.ts';
import { kernelMacs } from './algorithms/shape.ts';
import { splitDilated } from './dilated-phases.ts';
import { fusePools, type LowerConvs } from './fuse-pools.ts';
import { isLean, type Alternatives } from './lean.ts';
import { firstStatic, firstView } from './operands.ts';
import type { Engine } from './plan.ts';
import { cutOf, type Cut, type CutOptions, type Spreads } from './threads/cut.ts';
import type { Spread } from './threads/exchange.ts';

export interface LoweredNode {
  readonly node: Node;
  readonly lowering: Lowering;
  /** One per kernel. */
  readonly choices: readonly Choice[];
  /** Nanoseconds as the cost model estimates its own choices, also where others were picked. */
  readonly cost: number;
  /** One per kernel: where it is cut for threads, if it is. */
  readonly cuts: readonly (Cut | undefined)[];
}

/**
 * Chooses among the variants of a kernel (the cost model's choice, then the others; to be asked for where they are needed); undefined
 * leaves the choice to the model.
 */
export type Picker = (
  kernel: Kernel,
  engine: Engine,
  variants: () => readonly Choice[],
) => Choice | undefined;

export interface LowerOptions extends CutOptions {
  readonly pick?: Picker | undefined;
  /** Results within rounding of direct convolution: no Winograd, no Strassen. */
  readonly precise: boolean;
}

/** The nodes that run at every inference, inputs excluded, in topological order. */
export function dynamicNodes(graph: Graph): readonly Node[] {
  return topological(graph).filter((node) => node.op !== 'input' && !isStatic(node));
}

/**
 * Lowers all dynamic nodes of the graph. A node without an entry is computed together with the one that uses it, whose entry then names
 * the former as its node.
 */
export function lowerGraph(
  graph: Graph,
  engine: Engine,
  options: LowerOptions,
): ReadonlyMap<Node, LoweredNode> {
  const nodes = dynamicNodes(graph).map((node) => ({ node, lowering: opDef(node.op).lower(node) }));
  const optionsFor = (node: Node, lowering: Lowering, kernel: Kernel): AlgorithmOptions => ({
    precise: options.precise,
    staticWeights: hasStaticWeights(node, lowering, kernel),
  });
  const modelled = nodes.map(({ node, lowering }) =>
    lowering.kernels.map((kernel) => alternativesOf(kernel, engine, optionsFor(node, lowering, kernel))),
  );
  const lean = isLean(modelled.flat(), engine);
  const chosen = new Map(
    nodes.map(({ node, lowering }, i): [Node, LoweredNode] => {
      const models = (modelled[i] ?? []).map((model) => (lean ? model.lean : model.best));
      const choices = lowering.kernels.map((kernel, k) => {
        const offered = (): readonly Choice[] =>
          variants(kernel, engine, { ...optionsFor(node, lowering, kernel), lean });
        const model = models[k] ?? internal('a kernel without a choice');
        return options.pick?.(kernel, engine, offered) ?? model;
      });
      return [node, { node, lowering, choices, cost: sumOf(models), cuts: [] }];
    }),
  );
  const lowerConvs: LowerConvs = (node, lowering) => {
    const [kernel] = lowering.kernels;
    const own = { ...optionsFor(node, lowering, kernel), lean };
    const model = cheapest(candidates(kernel, engine, own));
    const models = model && withOneLayout(lowering.kernels, model, engine);
    if (!models) return undefined;
    const picked = options.pick?.(kernel, engine, () => variants(kernel, engine, own));
    const choices = (picked && withOneLayout(lowering.kernels, picked, engine)) ?? models;
    return { node, lowering, choices, cost: sumOf(models), cuts: [] };
  };
  const fused = fusePools(graph, splitDilated(chosen, lowerConvs), { threads: options.threads, lowerConvs });
  const spreads = new Map<Node, Spread>(graph.inputs.map(({ node }) => [node, byOne]));
  return new Map(
    [...fused].map(([node, part]) => {
      const cut = withCuts(part, engine, { ...options, spreads });
      spreads.set(node, spreadOf(cut, spreads));
      return [node, cut];
    }),
  );
}

function sumOf(choices: readonly Choice[]): number {
  return choices.reduce((sum, { cost }) => sum + cost, 0);
}

/** The choice for the first kernel, and its algorithm's with the same layout of weights for the others; undefined where there is none. */
function withOneLayout(
  [, ...others]: readonly Kernel[],
  first: Choice,
  engine: Engine,
): readonly Choice[] | undefined {
  const algorithm = algorithms.find(({ name }) => name === first.algorithm);
  const layoutOf = ({ weights }: Choice): string => JSON.stringify(weights?.layout);
  const alike = others.flatMap((kernel) => {
    const all = algorithm?.variants?.(kernel, engine) ?? [];
    return all.find((choice) => layoutOf(choice) === layoutOf(first)) ?? [];
  });
  return alike.length === others.length ? [first, ...alike] : undefined;
}

function alternativesOf(kernel: Kernel, engine: Engine, options: AlgorithmOptions): Alternatives {
  const best = chooseAlgorithm(kernel, engine, options);
  if (best.algorithm !== 'strassen') return { best, lean: best };
  return { best, lean: chooseAlgorithm(kernel, engine, { ...options, lean: true }) };
}

/** Where the values of nodes that come before were written. */
type Known = ReadonlyMap<Node, Spread>;

function withCuts(
  part: LoweredNode,
  engine: Engine,
  { spreads, ...options }: LowerOptions & { readonly spreads: Known },
): LoweredNode {
  const { inputs } = part.node;
  const spreadOf: Spreads = (operand) => spreads.get(inputs[operand] ?? part.node) ?? [];
  const cuts = part.lowering.kernels.map((kernel, i) => {
    const choice = part.choices[i];
    return choice && cutOf(kernel, choice, engine, { ...options, spreadOf });
  });
  return { ...part, cuts };
}

const byOne: Spread = [{ axis: undefined, part: 1 }];

/** By whom the node's value is written. Parts of a concat are mostly written where they belong. */
function spreadOf({ node, lowering, cuts }: LoweredNode, spreads: Known): Spread {
  const { kernels } = lowering;
  const [input] = node.inputs;
  if (lowering.alias && input) return spreads.get(input) ?? [];
  const copies = kernels.flatMap((kernel) => blockCopy(kernel) ?? []);
  if (copies.length < kernels.length) return writtenBy(node, lowering, cuts);
  const whole = copies.reduce((sum, { size }) => sum + sizeOf(size), 0);
  return copies.flatMap(({ from, size }) => {
    const source = node.inputs[from];
    const spread = (source && spreads.get(source)) ?? [];
    return spread.map(({ axis, part }) => ({ axis, part: (part * sizeOf(size)) / whole }));
  });
}

/** What the kernels that write the node's value have of it, by their work: some write views of it, a border each. */
function writtenBy(node: Node, lowering: Lowering, cuts: LoweredNode['cuts']): Spread {
  const { kernels, views = [] } = lowering;
  const viewsFrom = firstView(node, lowering);
  const target = (kernel: Kernel): Operand => {
    const { write } = accessOf(kernel);
    return views[write - viewsFrom]?.of ?? write;
  };
  const value = firstStatic(node, lowering) - 1;
  const parts = kernels.flatMap((kernel, i) =>
    target(kernel) === value ? [{ axis: cuts[i]?.axis, work: kernelMacs(kernel) }] : [],
  );
  const whole = parts.reduce((sum, { work }) => sum + work, 0);
  return parts.map(({ axis, work }) => ({ axis, part: work / whole }));
}

/** The operands that an algorithm may pack into one block: a convolution's weight, scale and bias. */
export function weightOperands(kernel: Kernel): readonly Operand[] {
  if (kernel.kind !== 'conv' && kernel.kind !== 'depthwise') return [];
  const scale = kernel.integer ? [kernel.integer.scale] : [];
  return [kernel.weight, ...scale, ...(kernel.bias === undefined ? [] : [kernel.bias])];
}

function hasStaticWeights(node: Node, lowering: Lowering, kernel: Kernel): boolean {
  return weightOperands(kernel).every((operand) => {
    if (operand >= firstStatic(node, lowering)) return true;
    const input = node.inputs[operand];
    return input ? isStatic(input) : internal(`${node.op} has no operand ${operand}`);
  });
}
