/** The registry of operators. To add one: its file, and its name in the list below. */
import { internal } from '../diagnostics/internal.ts';
import { add } from './add.ts';
import { conv } from './conv.ts';
import { dense } from './dense.ts';
import { flatten } from './flatten.ts';
import { constant, input, param } from './leaves.ts';
import { map } from './map.ts';
import { maxpool } from './maxpool.ts';
import type { OpDef } from './op.ts';
import { relu } from './relu.ts';
import { logSoftmax, softmax } from './softmax.ts';

export const allOps: readonly OpDef[] = [
  add,
  constant,
  conv,
  dense,
  flatten,
  input,
  logSoftmax,
  map,
  maxpool,
  param,
  relu,
  softmax,
];

const byName: ReadonlyMap<string, OpDef> = new Map(allOps.map((op) => [op.name, op]));

/** The operator of that name, or undefined: for names that a person wrote. */
export function findOp(name: string): OpDef | undefined {
  return byName.get(name);
}

/** The operator of a node; an unknown name is our own bug. */
export function opDef(name: string): OpDef {
  return byName.get(name) ?? internal(`there is no operator ${name}`);
}
