/**
 * Binds the names in expressions. An expression in *layer* position (a stage, a callee) applies what it names; elsewhere a name
 * is a value. Words that options take (`pad = same`, `axis = H`) are left unbound where the operator asks for a word.
 */
import type {
  Arg,
  Body,
  EachExpr,
  Expr,
  IfExpr,
  MergeExpr,
  NameExpr,
  PipelineExpr,
  Stage,
} from '../1-parse/ast.ts';
import { unreachable } from '../diagnostics/internal.ts';
import { replaceBy } from '../diagnostics/fixes.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { ParamSpec } from '../ops/op.ts';
import { bindBody } from './bind-body.ts';
import { claim } from './declare.ts';
import { foreignWord } from './foreign/foreign.ts';
import { interpolationMeant } from './foreign/interpolation.ts';
import { mergeNames, reportMerge } from './foreign/merge-slips.ts';
import type { Declaration } from './model.ts';
import { bindName, childScope, isDeclared, lookup, type NameUse, type Place, type Scope } from './names.ts';
import { nearest } from '../diagnostics/nearest.ts';
import { reportEmptyBody, reportNoCopies } from './empty.ts';
import { reportSequence } from './foreign/sequences.ts';
import { noteApplied, noteAsLayer } from './shared.ts';
import { unknownOption, wordsOf } from './options.ts';
import { reportArrayCall } from './foreign/foreign-arrays.ts';
import { reportShapeOf } from './foreign/foreign-shape-of.ts';
import { reportShape } from './foreign/foreign-shapes.ts';
import { reportNumberCall } from './foreign/foreign-numbers.ts';
import { reportFramework, reportFrameworkCall } from './foreign/frameworks.ts';
import { isBuiltin, operatorNames, optionWords, paramsCalled } from './vocabulary.ts';

/** Deeper syntax than a person writes; keeps every later walk off the end of the call stack. */
const maxDepth = 200;

export function bindExpr(expr: Expr, use: NameUse, scope: Scope, place: Place): void {
  const { names, owner } = place;
  if (names.depth >= maxDepth) {
    names.report(diagnostic('network/nested-too-deep', { limit: maxDepth }, expr.span));
    if (owner) names.broken.add(owner);
    return;
  }
  names.depth++;
  bindKind(expr, use, scope, place);
  names.depth--;
}

function bindValues(exprs: readonly Expr[], scope: Scope, place: Place): void {
  for (let i = 0; i < exprs.length; i++) bindExpr(exprs[i] as Expr, 'value', scope, place);
}

function bindKind(expr: Expr, use: NameUse, scope: Scope, place: Place): void {
  switch (expr.kind) {
    case 'number':
    case 'size':
    case 'string':
    case 'bool':
    case 'broken-expr':
    case 'pattern':
      return;
    case 'name':
      if (use === 'layer' && reportShape(expr, use, scope, place)) return;
      return bindName(expr, use, scope, place);
    case 'list':
    case 'tuple':
      return bindValues(expr.items, scope, place);
    case 'range':
      return bindValues([expr.from, expr.to], scope, place);
    case 'unary':
      return bindExpr(expr.operand, 'value', scope, place);
    case 'binary':
      return bindValues([expr.left, expr.right], scope, place);
    case 'member':
      if (reportFramework(expr, undefined, scope, place)) return;
      place.names.members.add(expr.member.name);
      return bindExpr(expr.object, 'value', scope, place);
    case 'index':
      return bindValues([expr.object, expr.index], scope, place);
    case 'call':
      if (reportSequence(expr, scope, place)) return bindValues(valuesOf(expr.args), scope, place);
      if (use === 'value' && reportArrayCall(expr, scope, place)) return;
      if (use === 'value' && reportShapeOf(expr, scope, place))
        return bindValues(valuesOf(expr.args), scope, place);
      if (use === 'value' && reportNumberCall(expr, scope, place))
        return bindValues(valuesOf(expr.args), scope, place);
      if (reportShape(expr, use, scope, place)) return bindValues(valuesOf(expr.args), scope, place);
      if (!reportFrameworkCall(expr, scope, place)) bindExpr(expr.callee, 'layer', scope, place);
      noteAsLayer(expr, place);
      return bindArgs(expr.args, expr.callee, scope, place);
    case 'pipeline':
      return bindPipeline(expr, scope, place);
    case 'merge':
      return bindMerge(expr, scope, place);
    case 'if':
      return bindIf(expr, scope, place);
    case 'repeat':
      bindExpr(expr.count, 'value', scope, place);
      reportNoCopies(expr, place);
      return bindBody(expr.body, { ...childScope(scope), repeats: expr }, place);
    case 'each':
      return bindEach(expr, scope, place);
    default:
      return unreachable(expr);
  }
}

const valuesOf = (args: readonly Arg[]): readonly Expr[] => args.map(({ value }) => value);

const noParams: readonly ParamSpec[] = [];

/** The arguments of `callee`: the words of its options are left unbound, and options that it does not have are reported. */
export function bindArgs(args: readonly Arg[], callee: Expr, scope: Scope, place: Place): void {
  const isOperator = callee.kind === 'name' && !place.names.bindings.has(callee);
  const params = isOperator ? paramsCalled(callee.name) : noParams;
  checkOptions(args, callee, place);
  for (const arg of args) {
    const { name, value } = arg;
    // What an option that does not exist is given means nothing, either.
    if (place.names.unknownOptions.has(arg)) continue;
    // Without a name an argument may be for any option: values among the arguments shift the places.
    const specs = name ? params.filter((param) => param.name === name.name) : params;
    if (isOperator && !name && reportInterpolation(arg, callee.name, args, scope, place)) continue;
    bindWords(value, specs, scope, place);
  }
}

/** Named options of operators, and of blocks and nets that are called by their own name. */
function checkOptions(args: readonly Arg[], callee: Expr, { names }: Place): void {
  if (callee.kind !== 'name') return;
  const declaration = names.bindings.get(callee);
  if (declaration && declaration.kind !== 'block' && declaration.kind !== 'net') return;
  if (!declaration && !operatorNames.has(callee.name)) return;
  if (!args.some((arg) => arg.name)) return;
  const known = new Set(
    declaration
      ? declaration.item.params.map((param) => param.name.name)
      : paramsCalled(callee.name).map((param) => param.name),
  );
  const unknown = args.filter(({ name }) => name && !known.has(name.name));
  const only = declaration && unknown.length > 0 ? onlyLeft(args, known) : undefined;
  for (const arg of unknown) {
    names.unknownOptions.add(arg);
    names.report(unknownOption(arg, [...known], callee.name, { only, args }));
  }
}

/** `upsample(2, bilinear)`. */
function reportInterpolation(
  arg: Arg,
  what: string,
  args: readonly Arg[],
  scope: Scope,
  place: Place,
): boolean {
  const { value } = arg;
  const meant = value.kind === 'name' ? interpolationMeant(arg, what, args) : undefined;
  if (!meant || value.kind !== 'name' || isDeclared(value.name, scope, place)) return false;
  place.names.report(diagnostic('names/unknown', { name: value.name }, value.span, meant));
  return true;
}

/** The one parameter that no argument has a value for, by its place or by its name. */
function onlyLeft(args: readonly Arg[], known: ReadonlySet<string>): string | undefined {
  const placed = args.filter(({ name }) => !name).length;
  const given = new Set(args.map(({ name }) => name?.name));
  const left = [...known].slice(placed).filter((param) => !given.has(param));
  return left.length === 1 ? left[0] : undefined;
}

/**
 * A name in an option is a word of the operator (`pad = same`, `axis = H`) unless it is declared; named sizes of inputs do not
 * count where an axis is asked for, so that `axis = H` works beside `rgb[H, W]`.
 */
function bindWords(value: Expr, specs: readonly ParamSpec[], scope: Scope, place: Place): void {
  // Most arguments are numbers.
  if (specs.length === 0 || (value.kind !== 'name' && value.kind !== 'list'))
    return bindExpr(value, 'value', scope, place);
  const names = value.kind === 'list' ? value.items : [value];
  const axes = specs.some(({ kind }) => kind === 'axis' || kind === 'axes');
  const isWord = (e: Expr): e is NameExpr => {
    if (e.kind !== 'name') return false;
    const declared = lookup(e.name, scope) ?? place.module.names.get(e.name);
    if (declared) return axes && declared.kind === 'size';
    return (
      (axes && (/^[A-Z]$/.test(e.name) || optionWords.has(e.name))) ||
      specs.some(({ words }) => words?.includes(e.name))
    );
  };
  if (value.kind === 'name' && reportWord(value, specs, scope, place)) return;
  if (!names.every(isWord)) return bindExpr(value, 'value', scope, place);
  for (const name of names) place.names.words.add(name);
}

/** `pad = sam`: the nearest word of the option, before any other name. */
function reportWord(value: NameExpr, specs: readonly ParamSpec[], scope: Scope, place: Place): boolean {
  const { name, span } = value;
  const words = specs.flatMap(wordsOf);
  if (words.length === 0 || isBuiltin(name) || isDeclared(name, scope, place)) return false;
  const near = foreignWord(name, words) ?? nearest(name, words);
  if (near === undefined) return false;
  const fixes = [replaceBy(near, span)];
  place.names.report(diagnostic('names/unknown', { name }, span, { label: `did you mean ${near}?`, fixes }));
  return true;
}

function bindPipeline(expr: PipelineExpr, scope: Scope, place: Place): void {
  for (let i = 0; i < expr.stages.length; i++) {
    const stage = expr.stages[i] as Stage;
    bindExpr(stage.expr, i === 0 ? 'value' : 'layer', scope, place);
    if (i > 0 && stage.expr.kind === 'name') {
      noteApplied(stage.expr, place);
      noteAsLayer(stage.expr, place);
    }
    if (!stage.as) continue;
    const declaration: Declaration = {
      kind: 'value',
      form: 'as',
      name: stage.as.name,
      span: stage.as.span,
    };
    scope.later.delete(stage.as.name);
    claim(scope.names, declaration, stage.as, place.names);
  }
}

function bindMerge(expr: MergeExpr, scope: Scope, place: Place): void {
  if (!mergeNames.includes(expr.op.name)) reportMerge(expr, place);
  bindArgs(expr.args, { kind: 'name', name: expr.op.name, span: expr.op.span }, scope, place);
  for (const branch of expr.branches) {
    const inner = childScope(scope);
    collectLater([branch.value], inner);
    bindExpr(branch.value, 'value', inner, place);
  }
}

function bindIf(expr: IfExpr, scope: Scope, place: Place): void {
  bindExpr(expr.condition, 'value', scope, place);
  reportEmptyBody(expr.then, 'this `if`', place);
  if (expr.else?.kind === 'body') reportEmptyBody(expr.else, 'this `else`', place);
  bindBody(expr.then, childScope(scope), place);
  if (expr.else?.kind === 'if') bindExpr(expr.else, 'value', scope, place);
  else if (expr.else) bindBody(expr.else, childScope(scope), place);
}

function bindEach(expr: EachExpr, scope: Scope, place: Place): void {
  bindExpr(expr.list, 'value', scope, place);
  reportNoCopies(expr, place);
  const inner = childScope(scope);
  const items = expr.item.kind === 'parts' ? expr.item.names : [expr.item];
  for (const ident of [...items, expr.index])
    if (ident)
      claim(
        inner.names,
        { kind: 'loop', name: ident.name, span: ident.span, each: expr },
        ident,
        place.names,
      );
  bindBody(expr.body, childScope(inner), place);
}

/** Enters the `as` names of expressions as "declared further down", so that an early use is told apart from a typo. */
export function collectLater(exprs: readonly Expr[], scope: Scope): void {
  for (const expr of exprs)
    if (expr.kind === 'pipeline')
      for (const stage of expr.stages)
        if (stage.as && !scope.later.has(stage.as.name)) scope.later.set(stage.as.name, stage.as);
}

/** Statements of a body that hold an expression which can name values. */
export function pipelinesOf(body: Body): readonly Expr[] {
  return body.statements.flatMap((s) => ('value' in s ? [s.value] : []));
}
