/**
 * Names in the clauses of `train`: the net's values, the operators, and the words of training (training.ts) with their options.
 * What is no word here is not looked for among the layers: `sdg` is no optimiser, whatever layer is near.
 */
import type { Arg, CallExpr, Expr, Ident, TrainClause } from '../1-parse/ast.ts';
import { textOf } from '../1-parse/source.ts';
import type { Diagnostic, Fix } from '../diagnostics/diagnostic.ts';
import { replaceBy } from '../diagnostics/fixes.ts';
import { nearest } from '../diagnostics/nearest.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { declaredTwice, givenTwice } from '../diagnostics/twice.ts';
import { unknownWord } from '../diagnostics/unknown-word.ts';
import { bindExpr } from './bind-expr.ts';
import { reportEmpty } from './empty.ts';
import { isDeclared, lookup, type Place, type Scope } from './names.ts';
import { targetsIn } from './foreign/loss-targets.ts';
import { unknownOption } from './options.ts';
import { sourceOf, wordOtherwise } from './foreign/word-otherwise.ts';
import {
  augmentations,
  foreignAugmentations,
  lossWords,
  measuredOn,
  metrics,
  settings,
  type Behind,
  type WordKind,
  type WordOption,
  type WordOptions,
} from './training.ts';
import { unknownSetting } from './unknown-settings.ts';
import { isBuiltin } from './vocabulary.ts';

type Clause<Kind extends TrainClause['kind']> = Extract<TrainClause, { kind: Kind }>;

/** Binds the clauses of a `train` block, or of one of its phases. */
export function bindClauses(
  clauses: readonly TrainClause[],
  inside: 'train' | 'phase',
  scope: Scope,
  place: Place,
): void {
  const settled = new Map<string, Ident>();
  const phases = new Map<string, Ident>();
  for (const clause of clauses) {
    if (clause.kind === 'setting') {
      reportSecond(clause.name, settled, inside, place);
      bindSetting(clause, clauses, scope, place);
    } else if (clause.kind === 'phase') {
      reportPhase(clause, phases, inside, place);
      bindClauses(clause.clauses, 'phase', scope, place);
    } else if (clause.kind === 'augment') bindAugment(clause, scope, place);
    else if (clause.kind === 'expect') bindExpectation(clause.condition, scope, place);
  }
}

function reportSecond(name: Ident, before: Map<string, Ident>, inside: string, { names }: Place): void {
  const first = before.get(name.name);
  if (!first) return void before.set(name.name, name);
  const args = { option: name.name, what: `this ${inside === 'train' ? 'train block' : 'phase'}` };
  names.report(givenTwice(args, { first: first.span, again: name.span }));
}

function reportPhase(
  { name, span }: Clause<'phase'>,
  before: Map<string, Ident>,
  inside: 'train' | 'phase',
  place: Place,
): void {
  reportEmpty(span, `phase ${name.name}`, place);
  const { names } = place;
  const first = before.get(name.name);
  if (inside === 'phase') {
    const where = 'phases follow one another; they stand in the braces of a train, not of a phase';
    const at = { ...span, end: name.span.end };
    names.report(diagnostic('syntax/misplaced', { word: 'phase', where }, at));
  } else if (first) {
    const text = 'the first phase of that name';
    names.report(declaredTwice(name.name, { first: first.span, again: name.span, text }));
  } else before.set(name.name, name);
}

function bindSetting(
  clause: Clause<'setting'>,
  beside: readonly TrainClause[],
  scope: Scope,
  place: Place,
): void {
  const { name, value, words } = clause;
  const setting = Object.hasOwn(settings, name.name) ? settings[name.name] : undefined;
  if (!setting) return place.names.report(unknownSetting(clause, beside));
  const behind = setting.kind === 'word' ? setting.behind : {};
  for (const { word, args } of words) bindBehind(word, args, { of: name.name, behind }, { scope, place });
  switch (setting.kind) {
    case 'word':
      return bindWord(value, setting.word, scope, place);
    case 'value':
      if (setting.word && namesWord(value, scope, place)) return bindWord(value, setting.word, scope, place);
      return bindExpr(value, 'value', scope, place);
    case 'metrics':
      return bindMetrics(value, scope, place);
    case 'loss':
      return bindLoss(value, scope, place);
  }
}

/** `schedule cosine` behind an optimiser, `pad digit to 32x32` behind data. */
function bindBehind(
  word: Ident,
  args: readonly Expr[],
  { of, behind }: { readonly of: string; readonly behind: Behind },
  { scope, place }: { readonly scope: Scope; readonly place: Place },
): void {
  const takes = Object.hasOwn(behind, word.name) ? behind[word.name] : undefined;
  if (takes === undefined)
    return place.names.report(unknownWord(word, Object.keys(behind), `word behind ${of} = …`));
  const [first] = args;
  if (typeof takes === 'object' && first) return bindWord(first, takes, scope, place);
  if (first && takes === 'size') return bindExpr(first, 'value', scope, place);
  if (first) return;
  place.names.report(
    diagnostic('value/missing-argument', { what: word.name, option: needs(takes) }, word.span),
  );
}

function needs(takes: Behind[string]): string {
  if (takes === 'size') return 'a size';
  return takes === 'input' ? 'the name of an input' : `${takes.article} ${takes.what}`;
}

/** `sgd(lr = 0.1)`: one of the words, with its options; or a constant that holds one. */
function bindWord(value: Expr, kind: WordKind, scope: Scope, place: Place): void {
  const callee = value.kind === 'call' ? value.callee : value;
  if (callee.kind !== 'name') {
    if (callee.kind === 'broken-expr') return;
    const args = { expected: `${kind.article} ${kind.what} such as ${kind.such}`, found: textOf(value.span) };
    const fixes = wordOtherwise(value, kind.words);
    return place.names.report(diagnostic('value/expected', args, value.span, { fixes }));
  }
  const options = Object.hasOwn(kind.words, callee.name) ? kind.words[callee.name] : undefined;
  if (options)
    return bindOptions(callee.name, value.kind === 'call' ? value.args : [], options, {
      at: value,
      scope,
      place,
    });
  if (isDeclared(callee.name, scope, place)) return bindExpr(value, 'value', scope, place);
  const found = unknownWord(
    { ...callee, name: callee.name },
    Object.keys(kind.words),
    kind.what,
    kind.foreign,
  );
  place.names.report({ ...found, fixes: [...found.fixes, ...pathFix(value, kind)] });
}

/** `data = mnist` was meant to be read from there. */
function pathFix(value: Expr, { words }: WordKind): readonly Fix[] {
  if (value.kind !== 'name' || !('folder' in words) || nearest(value.name, Object.keys(words))) return [];
  return [replaceBy(`${sourceOf(value.name)}("./${value.name}")`, value.span)];
}

interface OptionsAt {
  readonly at: Expr;
  readonly scope: Scope;
  readonly place: Place;
}

/** Options by place or by name: each exists, is given once, and those that are needed are there. */
function bindOptions(
  what: string,
  args: readonly Arg[],
  options: WordOptions,
  { at, scope, place }: OptionsAt,
): void {
  const known = Object.keys(options);
  const given = new Map<string, Arg>();
  let position = 0;
  for (const arg of args) {
    const name = arg.name?.name ?? known[position++];
    const option = name !== undefined && Object.hasOwn(options, name) ? options[name] : undefined;
    if (name === undefined || !option) {
      const count = known.length === 0 ? 'none' : known.length;
      place.names.report(
        arg.name ? unknownOption(arg, known, what) : tooMany({ what, count, args, arg, options, at }),
      );
      continue;
    }
    const first = given.get(name);
    if (first) place.names.report(givenTwice({ option: name, what }, { first: first.span, again: arg.span }));
    given.set(name, arg);
    bindOption(arg.value, option, scope, place);
  }
  const missing = known.find((name) => options[name]?.needed === true && !given.has(name));
  // What was given to an option that does not exist was meant for this one.
  if (missing !== undefined && given.size === args.length)
    place.names.report(diagnostic('value/missing-argument', { what, option: missing }, at.span));
}

interface TooMany {
  readonly what: string;
  readonly count: number | string;
  readonly args: readonly Arg[];
  readonly arg: Arg;
  readonly options: WordOptions;
  /** The word with its parentheses. */
  readonly at: Expr;
}

/** `cosine(0.1, 0.001)`: a schedule goes from one rate to another. */
function tooMany({ what, count, args, arg, options, at }: TooMany): Diagnostic {
  const [first, second, ...others] = args;
  const isPair =
    first && second === arg && others.length === 0 && Object.values(options)[0]?.takes === 'rates';
  const bare = Object.keys(options).length === 0 ? [replaceBy(what, at.span)] : [];
  if (!isPair) return diagnostic('value/too-many-arguments', { what, count }, arg.span, { fixes: bare });
  const between = { ...arg.span, start: first.value.span.end, end: arg.value.span.start };
  const title = `${what}(${textOf(first.value.span)} -> ${textOf(arg.value.span)})`;
  return diagnostic('value/too-many-arguments', { what, count }, arg.span, {
    notes: [{ word: 'note', text: `${what} goes from one rate to another: ${what}(first -> last)` }],
    fixes: [{ title, edits: [{ span: between, text: ' -> ' }] }],
  });
}

/** A path without its quotes looks like a name. */
function bindOption(value: Expr, { takes }: WordOption, scope: Scope, place: Place): void {
  if (takes !== 'text' || value.kind !== 'name' || isDeclared(value.name, scope, place))
    return bindExpr(value, 'value', scope, place);
  const args = { expected: 'a path in quotes', found: `the name ${value.name}` };
  const fixes = [replaceBy(`"./${value.name}"`, value.span)];
  place.names.report(diagnostic('value/expected', args, value.span, { fixes }));
}

function bindMetrics(value: Expr, scope: Scope, place: Place): void {
  if (value.kind === 'list') return value.items.forEach((item) => bindMetrics(item, scope, place));
  const words = Object.fromEntries(metrics.map((name) => [name, {}]));
  bindWord(value, { what: 'metric', article: 'a' as const, such: 'accuracy', words }, scope, place);
}

function bindAugment({ input, steps, span }: Clause<'augment'>, scope: Scope, place: Place): void {
  reportEmpty(span, `augment ${input.name}`, place);
  const kind = {
    what: 'augmentation',
    article: 'an' as const,
    such: 'shift(2)',
    words: augmentations,
    foreign: foreignAugmentations,
  };
  for (const step of steps) bindWord(step, kind, scope, place);
}

const comparisons: readonly string[] = ['<', '<=', '>', '>=', '==', '!='];

/** `val.accuracy >= 0.985`, either way round, joined by `and` and `or`. */
function bindExpectation(expr: Expr, scope: Scope, place: Place): void {
  if (expr.kind === 'broken-expr') return;
  if (expr.kind === 'binary' && (expr.op === 'and' || expr.op === 'or')) {
    bindExpectation(expr.left, scope, place);
    return bindExpectation(expr.right, scope, place);
  }
  if (expr.kind !== 'binary' || !comparisons.includes(expr.op)) {
    const args = { expected: 'a comparison such as val.accuracy >= 0.9', found: textOf(expr.span) };
    return place.names.report(diagnostic('value/expected', args, expr.span));
  }
  const turned = expr.left.kind !== 'member' && expr.right.kind === 'member';
  bindFigure(turned ? expr.right : expr.left, place);
  bindExpr(turned ? expr.left : expr.right, 'value', scope, place);
}

/** A metric and what it is measured on. */
function bindFigure(expr: Expr, { names }: Place): void {
  if (expr.kind === 'member' && expr.object.kind === 'name') {
    if (!measuredOn.includes(expr.object.name))
      names.report(unknownWord(expr.object, measuredOn, 'data that metrics are measured on'));
    else if (!metrics.includes(expr.member.name)) names.report(unknownWord(expr.member, metrics, 'metric'));
    return;
  }
  const metric = expr.kind === 'name' ? [expr.name, nearest(expr.name, metrics) ?? ''] : [];
  const meant = metrics.find((name) => metric.includes(name));
  const args = { expected: 'a metric such as val.accuracy', found: textOf(expr.span) };
  const fixes = meant === undefined ? [] : [replaceBy(`val.${meant}`, expr.span)];
  names.report(diagnostic('value/expected', args, expr.span, { fixes }));
}

/** An expression in which, besides values, the words of losses may stand. */
function bindLoss(expr: Expr, scope: Scope, place: Place): void {
  if (expr.kind === 'name' && (lossWords.includes(expr.name) || isUndeclaredBuiltin(expr.name, scope, place)))
    return;
  if (expr.kind === 'call' && expr.callee.kind === 'name' && lossWords.includes(expr.callee.name))
    return expr.args.forEach(({ value }) => bindLoss(value, scope, place));
  if (expr.kind === 'binary') {
    bindLoss(expr.left, scope, place);
    return bindLoss(expr.right, scope, place);
  }
  if (expr.kind === 'list') return expr.items.forEach((e) => bindLoss(e, scope, place));
  if (expr.kind === 'call') return bindLossCall(expr, scope, place);
  bindExpr(expr, 'value', scope, place);
}

/** Of a target that has no declaration phase 3 speaks, where its shape is known. */
function bindLossCall(expr: CallExpr, scope: Scope, place: Place): void {
  const targets = new Set<Expr>(targetsIn(expr).filter(({ name }) => isTarget(name, scope, place)));
  const args = expr.args.filter(({ value }) => !targets.has(value));
  bindExpr(targets.size === 0 ? expr : { ...expr, args }, 'value', scope, place);
}

/** Where the net is not known, its names are not, either. */
const isTarget = (name: string, scope: Scope, place: Place): boolean =>
  !scope.extendsUnknown && !isDeclared(name, scope, place);

function isUndeclaredBuiltin(name: string, scope: Scope, place: Place): boolean {
  return isBuiltin(name) && lookup(name, scope) === undefined && !place.module.names.has(name);
}

/** `lr = cosine(1e-4 -> 1e-6)`: a word that no declaration and no function of numbers is called by. */
function namesWord(value: Expr, scope: Scope, place: Place): boolean {
  const callee = value.kind === 'call' ? value.callee : value;
  return callee.kind === 'name' && !isBuiltin(callee.name) && !isDeclared(callee.name, scope, place);
}
