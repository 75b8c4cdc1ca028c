/** What expressions may ask about a whole net: its figures and its named values. */
import type { NetDeclaration } from '../2-resolve/model.ts';
import type { Graph, Node } from '../ir/graph.ts';
import type { Costs } from './costs.ts';
import type { GivenArg } from './value.ts';

export interface NetFacts {
  readonly graph: Graph;
  readonly costs: Costs;
  /** Names of all inputs, also of those that only training reads and that the graph lacks. */
  readonly inputs: readonly string[];
  /** Named values of the net's body. */
  readonly values: ReadonlyMap<string, Node>;
}

/** Instantiates another net for its facts; undefined where it has errors (which are reported where it is checked). */
export type NetQueries = (net: NetDeclaration, args: readonly GivenArg[]) => NetFacts | undefined;

/** Figures by the name under which a net has them: `ResNet18.params`. */
export const figures: Readonly<Record<string, (facts: NetFacts) => number>> = {
  params: ({ costs }) => costs.params,
  trainable: ({ costs }) => costs.trainable,
  macs: ({ costs }) => costs.macs,
  weightBytes: ({ costs }) => costs.weightBytes,
};
