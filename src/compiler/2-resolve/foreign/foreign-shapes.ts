/**
 * What frameworks for tensors do with axes by their numbers, and with where a tensor lies: `squeeze`, `view(-1, 512)`, `permute`,
 * `contiguous`, `bmm`. Axes have names here, and values are kept where the program wants them; where a layer does the same the fix writes it.
 */
import type { CallExpr, Expr, NameExpr } from '../../1-parse/ast.ts';
import { textOf } from '../../1-parse/source.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { fold } from './foreign.ts';
import { isDeclared, type NameUse, type Place, type Scope } from '../names.ts';
import { isBuiltin } from '../vocabulary.ts';

interface Meant {
  readonly note: string;
  /** The layer that does the same. */
  readonly ours?: string;
}

const vector: Meant = { note: '`flatten` makes a vector of a value', ours: 'flatten' };
const sameAxes: Meant = {
  note: 'values go together by the names of their axes: one that a value lacks need not be added',
  ours: 'identity',
};
const nowhere: Meant = { note: 'where a value lies, and of which type, is not written', ours: 'identity' };
const otherOrder: Meant = {
  note: 'axes have names: all of them in their new order are `transpose([W, H, C])`',
};
const product: Meant = { note: '`matmul(a, b)` sums over an axis by its name: `matmul(a, b, over = C)`' };
const attention: Meant = {
  note: 'attention is written by `matmul` and `softmax`; all axes but the one that is summed over have different names (`rename(L, M)`)',
};
const recurrent: Meant = { note: 'there are no recurrent layers' };
const repeated: Meant = { note: 'an axis that a value lacks, or has with size 1, is repeated by itself' };
const parts: Meant = { note: '`split(2, 0)` is the first of two equal parts' };
const joined: Meant = { note: '`concat(a, b, axis = C)` joins values along an axis' };

const shapes: Readonly<Record<string, Meant>> = {
  squeeze: vector,
  ...{ unsqueeze: sameAxes, expanddims: sameAxes },
  ...{ contiguous: nowhere, detach: nowhere, clone: nowhere, cuda: nowhere, cpu: nowhere },
  ...{ float: nowhere, half: nowhere, double: nowhere, stopgradient: nowhere },
  ...{
    permute: otherOrder,
    swapaxes: otherOrder,
    swapdims: otherOrder,
    movedim: otherOrder,
    moveaxis: otherOrder,
  },
  ...{ t: otherOrder, rearrange: otherOrder, channelsfirst: otherOrder, channelslast: otherOrder },
  ...{ bmm: product, mm: product, dot: product, einsum: product, tensordot: product, vdot: product },
  ...{
    attention,
    selfattention: attention,
    multiheadattention: attention,
    scaleddotproductattention: attention,
  },
  ...{ lstm: recurrent, gru: recurrent, rnn: recurrent, lstmcell: recurrent, grucell: recurrent },
  ...{ expand: repeated, expandas: repeated, tile: repeated, broadcastto: repeated },
  ...{ chunk: parts, unbind: parts, unstack: parts },
  ...{ stack: joined, hstack: joined, vstack: joined },
};

/** What a function of tensors is here, given what stands in its parentheses beside the value; undefined for all others. */
export function foreignShape(name: string, options: readonly string[]): Meant | undefined {
  const key = fold(name);
  // `view(-1, 512)`: all that there is but the batch, as one axis.
  const isFlat = options.length <= 2 && options.includes('-1');
  if (key === 'view' || key === 'viewas') return isFlat ? vector : { note: vector.note };
  if (key === 'reshape') return isFlat && options.length === 2 ? vector : undefined;
  if (key === 'transpose') return options.every((one) => /^-?\d+$/.test(one)) ? otherOrder : undefined;
  return Object.hasOwn(shapes, key) ? shapes[key] : undefined;
}

/** Reports such a function as a stage or as a call, with or without a module before it; false for every other one. */
export function reportShape(expr: CallExpr | NameExpr, use: NameUse, scope: Scope, place: Place): boolean {
  const callee = expr.kind === 'call' ? expr.callee : expr;
  const name = functionName(callee);
  if (name === undefined || isTaken(callee, scope, place)) return false;
  if (callee.kind === 'name' && isBuiltin(name)) return false;
  const args = expr.kind === 'call' ? expr.args.map(({ value }) => value) : [];
  const [first] = args;
  // In the place of a value the first argument is what it works on.
  const value = use === 'value' && first && !/^-?\d/.test(textOf(first.span)) ? first : undefined;
  const options = args.filter((arg) => arg !== value).map(({ span }) => textOf(span));
  const meant = foreignShape(name, options);
  if (!meant || (use === 'value' && expr.kind === 'name')) return false;
  place.names.report(
    diagnostic('names/unknown-layer', { name: textOf(callee.span) }, callee.span, {
      notes: [{ word: 'note', text: meant.note }],
      fixes: mended(meant, value, expr),
    }),
  );
  return true;
}

function functionName(callee: Expr): string | undefined {
  if (callee.kind === 'name') return callee.name;
  const isModule = callee.kind === 'member' && callee.object.kind === 'name';
  return isModule && /^(?:torch|tf|np|F|K|jnp|nn)$/.test(callee.object.name) ? callee.member.name : undefined;
}

function isTaken(callee: Expr, scope: Scope, place: Place): boolean {
  const root = callee.kind === 'member' ? callee.object : callee;
  return root.kind !== 'name' || isDeclared(root.name, scope, place);
}

function mended({ ours }: Meant, value: Expr | undefined, expr: Expr): readonly Fix[] {
  if (ours === undefined) return [];
  if (!value) return [replaceBy(ours, expr.span)];
  const written = textOf(value.span);
  return [replaceBy(ours === 'identity' ? `(${written})` : `${ours}(${written})`, expr.span)];
}
