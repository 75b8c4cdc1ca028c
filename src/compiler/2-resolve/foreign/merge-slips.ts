/** What stands before branches and is no merge: loops by other names, and what other languages call merges. */
import type { MergeExpr } from '../../1-parse/ast.ts';
import { textOf } from '../../1-parse/source.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { fixesBy, replaceBy } from '../../diagnostics/fixes.ts';
import { nearest } from '../../diagnostics/nearest.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { fold, foreignLayer } from './foreign.ts';
import type { Place } from '../names.ts';
import { inArrows, isSequence } from './sequences.ts';
import { operatorNames } from '../vocabulary.ts';

/** Merges that take branches in braces. */
export const mergeNames: readonly string[] = ['add', 'sub', 'mul', 'div', 'max', 'min', 'concat'];

/** In lower case. */
const foreignMerges: Readonly<Record<string, string>> = {
  ...{ residual: 'add', skip: 'add', shortcut: 'add', resblock: 'add', sum: 'add' },
  ...{ stack: 'concat', join: 'concat', depthconcat: 'concat', hstack: 'concat', route: 'concat' },
  ...{ prod: 'mul', product: 'mul', difference: 'sub', subtract: 'sub', quotient: 'div' },
};

const loops: ReadonlySet<string> = new Set(['loop', 'repeat', 'repeated', 'times', 'for', 'stages']);

/** Merges of what flows in with what is made of it: a lone branch has the way around it in mind. */
const aroundOne: ReadonlySet<string> = new Set(['residual', 'skip', 'shortcut', 'resblock']);

/** Says of the braces' head what was meant. */
export function reportMerge(expr: MergeExpr, { names }: Place): void {
  // What stands in the braces is of something else, and was reported: `tensor(y) { branch z }`.
  if (expr.branches.length > 0 && expr.branches.every(({ value }) => value.kind === 'broken-expr')) return;
  const { name, span } = expr.op;
  const isOperator = operatorNames.has(name);
  const ours = meantBy(expr);
  const options = isOperator ? `${name} takes its options in parentheses; ` : '';
  const text =
    ours === 'repeat'
      ? 'layers are repeated by repeat(n) { … }'
      : `${options}branches can be merged by ${mergeNames.join(', ')}`;
  names.report(
    diagnostic('names/unknown-merge', { name }, span, {
      notes: [{ word: 'note', text }],
      fixes: isResidual(expr) ? withWayAround(expr) : (otherwise(expr) ?? fixesBy(ours, span)),
    }),
  );
}

function meantBy({ op, args, branches }: MergeExpr): string | undefined {
  const name = fold(op.name);
  const [count] = args;
  const isLoop = args.length === 1 && !count?.name && branches.length === 1 && !branches[0]?.label;
  if (isLoop && loops.has(name)) return 'repeat';
  if (Object.hasOwn(foreignMerges, name)) return foreignMerges[name];
  const foreign = foreignLayer(op.name);
  return mergeNames.includes(foreign ?? '') ? foreign : nearest(op.name, mergeNames);
}

const otherwise = (expr: MergeExpr): readonly Fix[] | undefined =>
  isSequence(expr.op.name) && expr.branches.every(({ label }) => !label)
    ? inArrows(
        expr.branches.map(({ value }) => value),
        expr,
      )
    : optionsInParens(expr);

const constant: ReadonlySet<string> = new Set(['number', 'size', 'string', 'bool', 'list']);

/** `B{8, 3}`, `conv{8, pad: 1}`: numbers and the like are options. */
function optionsInParens({ op, args, branches }: MergeExpr): readonly Fix[] | undefined {
  const [first, last] = [branches[0], branches.at(-1)];
  if (!first || !last || args.length > 0 || !branches.every(({ value }) => constant.has(value.kind)))
    return undefined;
  const { source } = op.span;
  const end = source.text.indexOf('}', last.value.span.end) + 1;
  const options = branches.map(({ label, value }) =>
    label ? `${label.name} = ${textOf(value.span)}` : textOf(value.span),
  );
  return [replaceBy(`${op.name}(${options.join(', ')})`, { ...op.span, end })];
}

const isResidual = ({ op, branches }: MergeExpr): boolean =>
  branches.length === 1 && aroundOne.has(fold(op.name));

/** `residual { f }` is `add { f, identity }`. */
function withWayAround({ op, branches: [branch] }: MergeExpr): readonly Fix[] {
  if (!branch) return [];
  const { source, end } = branch.span;
  const [first] = replaceBy('add', op.span).edits;
  const second = { span: { source, start: end, end }, text: ', identity' };
  return first ? [{ title: `add { ${textOf(branch.span)}, identity }`, edits: [first, second] }] : [];
}
