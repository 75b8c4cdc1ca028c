/**
 * Names in `train` and `test`: the net's values and outputs, the operators, and the words of training (data sources,
 * optimisers, schedules, augmentations, metrics). What they compute is checked where training is compiled.
 */
import type {
  Expr,
  Ident,
  StringLiteral,
  TestItem,
  TrainClause,
  TrainItem,
  WeightsItem,
} from '../1-parse/ast.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { fixesBy } from '../diagnostics/fixes.ts';
import { netScope } from './bind-body.ts';
import { bindExpr } from './bind-expr.ts';
import type { NetDeclaration } from './model.ts';
import { childScope, lookup, markUsed, type Place, type Scope } from './names.ts';
import { nearest } from '../diagnostics/nearest.ts';
import { dataPaths, whyInside } from './paths.ts';
import { isBuiltin } from './vocabulary.ts';

/** Clauses `name = value` of a `train` block, with the words that their values may use. */
export const trainSettings: Readonly<Record<string, readonly string[]>> = {
  data: ['idx', 'folder', 'npy', 'csv', 'images', 'random'],
  validation: ['idx', 'folder', 'npy', 'csv', 'images', 'split'],
  loss: ['l1', 'l2', 'target'],
  optim: ['sgd', 'adam', 'adamw', 'rmsprop', 'cosine', 'linear', 'constant', 'step'],
  lr: ['cosine', 'linear', 'constant', 'step'],
  batch: [],
  epochs: [],
  steps: [],
  seed: [],
  clip: [],
  metrics: ['accuracy', 'top5', 'loss', 'iou', 'map', 'mae', 'mse'],
};

const augmentSteps = [
  'shift',
  'rotate',
  'flip',
  'crop',
  'scale',
  'zoom',
  'brightness',
  'contrast',
  'noise',
  'cutout',
  'mixup',
];

/** Binds the name of a net where a statement is about one. Returns its declaration. */
export function bindNetName(ident: Ident, place: Place): NetDeclaration | undefined {
  const found = place.module.names.get(ident.name);
  if (found?.kind === 'net') {
    place.names.bindings.set(ident, found);
    markUsed(found, place);
    return found;
  }
  if (place.module.broken.has(ident.name)) return undefined;
  const nets = [...place.module.names.values()].filter((d) => d.kind === 'net').map((d) => d.name);
  const near = nearest(ident.name, nets);
  place.names.report(
    diagnostic('names/unknown-net', { name: ident.name }, ident.span, {
      notes: nets.length > 0 ? [{ word: 'note', text: `this file has ${nets.join(', ')}` }] : [],
      fixes: fixesBy(near, ident.span),
    }),
  );
  return undefined;
}

/** Binds the net of `weights N from "…"`; the file has to be one of the project's. */
export function bindWeights(item: WeightsItem, place: Place): void {
  bindNetName(item.net, place);
  reportOutside(item.from, 'weights/outside-project', place);
}

function reportOutside(
  { value, span }: StringLiteral,
  code: 'file/outside-project' | 'weights/outside-project',
  { module, names }: Place,
): void {
  if (dataPaths(value, module.source.path) !== 'outside') return;
  names.report(diagnostic(code, { path: value }, span, whyInside));
}

export function bindTrain(item: TrainItem, place: Place): void {
  const net = bindNetName(item.net, place);
  const scope = childScope(net ? netScope(net, place) : undefined);
  for (const clause of item.clauses) bindClause(clause, scope, place);
}

function bindClause(clause: TrainClause, scope: Scope, place: Place): void {
  switch (clause.kind) {
    case 'setting': {
      const words = wordsOf(clause.name, Object.keys(trainSettings), 'setting of a train block', place);
      const known = words === undefined ? undefined : [...(trainSettings[words] ?? []), 'schedule'];
      // A word such as `schedule cosine` or `pad digit to 32x32` is read by the training phase.
      return known && bindLoose(clause.value, known, scope, place);
    }
    case 'augment':
      for (const step of clause.steps) {
        const callee = step.kind === 'call' ? step.callee : step;
        if (callee.kind === 'name')
          wordsOf(
            { kind: 'ident', name: callee.name, span: callee.span },
            augmentSteps,
            'augmentation',
            place,
          );
      }
      return;
    case 'phase':
      return clause.clauses.forEach((inner) => bindClause(inner, scope, place));
    case 'freeze':
    case 'expect':
    case 'broken':
      return;
  }
}

/** The ident's name if it is one of `known`; else reports it. */
function wordsOf(ident: Ident, known: readonly string[], what: string, place: Place): string | undefined {
  if (known.includes(ident.name)) return ident.name;
  const near = nearest(ident.name, known);
  place.names.report(
    diagnostic('names/unknown-word', { name: ident.name, what }, ident.span, {
      notes: [{ word: 'note', text: `there are ${known.join(', ')}` }],
      fixes: fixesBy(near, ident.span),
    }),
  );
  return undefined;
}

/** Binds an expression in which, besides values, some words may stand. */
function bindLoose(expr: Expr, words: readonly string[], scope: Scope, place: Place): void {
  if (expr.kind === 'name' && (words.includes(expr.name) || isUnknownWord(expr.name, scope, place))) return;
  if (expr.kind === 'call' && expr.callee.kind === 'name' && words.includes(expr.callee.name))
    return expr.args.forEach(({ value }) => bindLoose(value, words, scope, place));
  if (expr.kind === 'binary') {
    bindLoose(expr.left, words, scope, place);
    return bindLoose(expr.right, words, scope, place);
  }
  if (expr.kind === 'list') return expr.items.forEach((e) => bindLoose(e, words, scope, place));
  bindExpr(expr, 'value', scope, place);
}

function isUnknownWord(name: string, scope: Scope, place: Place): boolean {
  return isBuiltin(name) && lookup(name, scope) === undefined && !place.module.names.has(name);
}

/** `test "a seven" of LeNet5 { digit = …  expect digit_class == "7" with p > 0.9 }`: inputs and outputs must exist. */
export function bindTest(item: TestItem, place: Place): void {
  for (const { value } of item.inputs)
    if (value.kind === 'string') reportOutside(value, 'file/outside-project', place);
  const net = item.net ? bindNetName(item.net, place) : undefined;
  if (!net) return;
  netScope(net, place);
  const inputs = inputNames(net, place);
  for (const { name, value } of item.inputs) {
    wordsOf(name, inputs, `input of ${net.name}`, place);
    bindExpr(value, 'value', childScope(undefined), place);
  }
}

function inputNames(net: NetDeclaration, place: Place): readonly string[] {
  const names: string[] = [];
  for (let scope: Scope | undefined = netScope(net, place); scope; scope = scope.parent)
    for (const d of scope.names.values()) if (d.kind === 'value' && d.form === 'in') names.push(d.name);
  return names;
}
