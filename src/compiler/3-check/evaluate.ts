/**
 * Evaluates expressions: constants by arithmetic, pipelines by applying each stage to what came before. An expression that
 * starts with a layer applies to the incoming value, whether it stands in a block, a branch or a `repeat`.
 */
import type {
  Arg,
  Body,
  CallExpr,
  EachExpr,
  Expr,
  IfExpr,
  IndexExpr,
  NameExpr,
  PipelineExpr,
  RepeatExpr,
  Stage,
} from '../1-parse/ast.ts';
import { textOf } from '../1-parse/source.ts';
import { constantFunctions, operatorNames, optionWords } from '../2-resolve/vocabulary.ts';
import { unreachable } from '../diagnostics/internal.ts';
import type { Fix } from '../diagnostics/diagnostic.ts';
import { fixesBy, replaceBy } from '../diagnostics/fixes.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { Node } from '../ir/graph.ts';
import { apply, type Application, type Piped } from './apply.ts';
import { binary, unary } from './arithmetic.ts';
import { evaluateBody, isBroken } from './body.ts';
import { constantOf } from './constants.ts';
import { callFunction } from './functions.ts';
import { bracesOf, childFrame, enter, valueIn, type Frame, type Site } from './frame.ts';
import { mergedByCall } from './slips/listed-values.ts';
import { evaluateMember } from './members.ts';
import { evaluateMerge } from './merge.ts';
import { partsMeant } from './slips/item-and-number.ts';
import { reportPart } from './slips/part-of-value.ts';
import { leastData } from './operator.ts';
import { mendCall } from './slips/not-callable.ts';
import { isOperation, reportLostBefore } from './slips/lost-before.ts';
import { reportStructure } from './symbolic-types.ts';
import { limits, step, type Session } from './session.ts';
import { describe, int, isCallable, tensorOf, unknown, type GivenArg, type Value } from './value.ts';
import { showCount } from '../diagnostics/count.ts';

/** The value of an expression. Layers and blocks come back unapplied: `unit = Basic` hands a block on. */
export function evaluate(expr: Expr, site: Site, session: Session): Value {
  if (!step(session, expr)) return unknown;
  if (session.level >= limits.level) {
    session.report(diagnostic('network/nested-too-deep', { limit: limits.level }, expr.span));
    return unknown;
  }
  session.level++;
  const { recording } = session;
  if (recording && session.level > recording.level) recording.level = session.level;
  const value = evaluateKind(expr, site, session);
  session.level--;
  return value;
}

function evaluateKind(expr: Expr, site: Site, session: Session): Value {
  switch (expr.kind) {
    case 'number':
      return { kind: 'number', value: expr.value, integer: expr.integer };
    case 'size':
      return { kind: 'size', dims: expr.dims };
    case 'string':
    case 'bool':
      return { kind: expr.kind, value: expr.value } as Value;
    case 'list':
    case 'tuple':
      return { kind: expr.kind, items: expr.items.map((item) => argument(item, site, session)) };
    case 'range':
      return evaluateRange(expr.from, expr.to, site, session);
    case 'name':
      return evaluateName(expr, site, session);
    case 'member':
      return evaluateMember(expr, site, session);
    case 'index':
      return evaluateIndex(expr, site, session);
    case 'call':
      return evaluateCall(expr, site, session);
    case 'unary':
      return unary(expr, flow(expr.operand, site, session), site, session);
    case 'binary':
      return binary(expr, site, session);
    case 'pipeline':
      return evaluatePipeline(expr, site, session);
    case 'merge':
      return evaluateMerge(expr, site, session);
    case 'if':
      return evaluateIf(expr, site, session);
    case 'repeat':
      return evaluateRepeat(expr, site, session);
    case 'each':
      return evaluateEach(expr, site, session);
    case 'pattern':
    case 'broken-expr':
      return unknown;
    default:
      return unreachable(expr);
  }
}

/** The value that flows out of an expression: what can be applied is applied to the incoming value. */
export function flow(expr: Expr, site: Site, session: Session): Value {
  const value = evaluate(expr, site, session);
  return isCallable(value) ? apply(value, { expr, piped: 'start' }, site, session) : value;
}

/** An argument: a function of values (`mean(x)`) is computed, anything else that can be applied is handed on. */
export function argument(expr: Expr, site: Site, session: Session): Value {
  const value = evaluate(expr, site, session);
  if (value.kind !== 'op' || expr.kind !== 'call') return value;
  const tensors = value.args.filter((arg) => arg.value.kind === 'tensor').length;
  const enough = tensors > 0 && tensors >= leastData(value.name);
  return enough ? apply(value, { expr, piped: 'start' }, site, session) : value;
}

function evaluateRange(from: Expr, to: Expr, site: Site, session: Session): Value {
  const [a, b] = [argument(from, site, session), argument(to, site, session)];
  if (a.kind === 'number' && b.kind === 'number') return { kind: 'range', from: a.value, to: b.value };
  for (const [value, expr] of [[a, from] as const, [b, to] as const])
    if (value.kind !== 'number') mistyped(value, 'a number', expr, session);
  return unknown;
}

function evaluateName(expr: NameExpr, site: Site, session: Session): Value {
  const declaration = session.model.bindings.get(expr);
  if (!declaration) return builtin(expr, site, session);
  const local = valueIn(site.frame, declaration);
  // A block handed on owns its weights under the name by which it is mentioned last: `unit(64)` is `unit`.
  if (local) return 'expr' in local ? { ...local, expr } : local;
  switch (declaration.kind) {
    case 'block':
    case 'net':
      return session.model.broken.has(declaration)
        ? unknown
        : ({ kind: declaration.kind, declaration, args: [], expr } as Value);
    case 'let':
    case 'filter':
      return constantOf(declaration, session);
    // A local without a value had an error.
    default:
      return unknown;
  }
}

function builtin(expr: NameExpr, site: Site, session: Session): Value {
  if (expr.name === 'identity') return { kind: 'identity' };
  if (expr.name === 'in') {
    const self = site.self ?? site.incoming;
    if (self) return tensorOf(self);
    session.report(diagnostic('network/no-in', {}, expr.span, { fixes: onlyInput(expr, site) }));
    return unknown;
  }
  if (session.model.words.has(expr)) return { kind: 'word', value: expr.name };
  if (operatorNames.has(expr.name)) return { kind: 'op', name: expr.name, args: [], expr };
  if (optionWords.has(expr.name)) return { kind: 'word', value: expr.name };
  if (constantFunctions.has(expr.name)) {
    const args = { what: expr.name, option: 'parentheses with what it is of' };
    session.report(diagnostic('value/missing-argument', args, expr.span));
  }
  return unknown;
}

/** The net's input, where it has one. */
function onlyInput(expr: NameExpr, site: Site): readonly Fix[] {
  const inputs: string[] = [];
  for (let frame: Frame | undefined = site.frame; frame; frame = frame.parent)
    for (const declaration of frame.values.keys())
      if (declaration.kind === 'value' && declaration.form === 'in') inputs.push(declaration.name);
  return inputs.length === 1 ? fixesBy(inputs[0], expr.span) : [];
}

function evaluateCall(expr: CallExpr, site: Site, session: Session): Value {
  const args = evaluateArguments(expr.args, site, session);
  if (args.some((arg) => arg.value.kind === 'unknown')) return unknown;
  if (
    expr.callee.kind === 'name' &&
    constantFunctions.has(expr.callee.name) &&
    !session.model.bindings.has(expr.callee)
  ) {
    const constant = args.every((arg) => arg.name === undefined && !isForLayer(arg.value));
    if (args.length > 0 && (constant || !operatorNames.has(expr.callee.name)))
      return callFunction(expr.callee.name, args, expr, session);
  }
  const callee = evaluate(expr.callee, site, session);
  if (callee.kind === 'op' || callee.kind === 'block' || callee.kind === 'net')
    return { ...callee, args: [...callee.args, ...args], expr };
  if (callee.kind === 'unknown') return unknown;
  if (callee.kind === 'identity' && args[0]) {
    const what = { what: 'identity', count: 'none' };
    if (!session.model.unknownOptions.has(args[0].arg))
      session.report(diagnostic('value/too-many-arguments', what, args[0].arg.span));
    return unknown;
  }
  const fixes = mendCall(callee, expr, args);
  session.report(diagnostic('value/not-callable', { what: describe(callee) }, expr.callee.span, { fixes }));
  return unknown;
}

/** A tensor, or axes: `x -> sum(H)` is the layer, `sum(depth)` the sum of constants. Lists of axes are not nested. */
function isForLayer(value: Value): boolean {
  const isOne = ({ kind }: Value): boolean => kind === 'tensor' || kind === 'word';
  return value.kind === 'list' ? value.items.some(isOne) : isOne(value);
}

export function evaluateArguments(args: readonly Arg[], site: Site, session: Session): readonly GivenArg[] {
  return args.map((arg) => ({ name: arg.name?.name, value: argument(arg.value, site, session), arg }));
}

function evaluateIndex(expr: IndexExpr, site: Site, session: Session): Value {
  const object = argument(expr.object, site, session);
  const index = argument(expr.index, site, session);
  if (object.kind === 'unknown' || index.kind === 'unknown') return unknown;
  const items: readonly Value[] | undefined =
    object.kind === 'list' || object.kind === 'tuple'
      ? object.items
      : object.kind === 'size'
        ? object.dims.map(int)
        : undefined;
  if (object.kind === 'tensor') {
    reportPart(expr, object.node, index, session);
    return unknown;
  }
  if (!items) return mistyped(object, 'a list', expr.object, session, asCall(expr, object));
  if (index.kind !== 'number' || !index.integer)
    return mistyped(index, 'a whole number', expr.index, session);
  const found = items.at(index.value);
  if (found) return found;
  session.report(
    diagnostic('value/index', { index: index.value, length: items.length }, expr.index.span, {
      notes: [{ word: 'note', text: 'the first item is [0], the last one [-1]' }],
    }),
  );
  return unknown;
}

/** `B[8]`: a layer takes its options in parentheses. */
function asCall({ object, index, span }: IndexExpr, value: Value): readonly Fix[] {
  if (!isCallable(value) || value.kind === 'instance') return [];
  return [replaceBy(`${textOf(object.span)}(${textOf(index.span)})`, span)];
}

function evaluatePipeline(expr: PipelineExpr, site: Site, session: Session): Value {
  let current: Value = unknown;
  for (let i = 0; i < expr.stages.length; i++) {
    const stage = expr.stages[i] as Stage;
    const piped: Piped = i === 0 ? 'start' : 'stage';
    const incoming = current.kind === 'tensor' ? current.node : undefined;
    if (i > 0 && isOperation(stage.expr)) {
      reportLostBefore(expr, stage.expr, session);
      return bindRest(expr, i, site, session);
    }
    // Named twice (reported): its weights would be those of the first.
    if (stage.as && isBroken(stage.as, session)) return bindRest(expr, i, site, session);
    current = evaluateStage({ expr: stage.expr, piped }, site, i === 0 ? site.incoming : incoming, session);
    if (stage.as) bindAs(stage.as, current, site, session);
    if (current.kind === 'unknown') return bindRest(expr, i, site, session);
    if (i === 0 && current.kind !== 'tensor' && expr.stages.length > 1)
      return mistyped(current, 'a value that can flow', stage.expr, session, mergedByCall(expr, current));
  }
  return current;
}

/** Structures in braces read the value that reaches their stage as `in`; in arguments `in` is the body's. */
const structures: ReadonlySet<Expr['kind']> = new Set(['merge', 'if', 'repeat', 'each']);

function evaluateStage(at: Application, outer: Site, incoming: Node | undefined, session: Session): Value {
  const { expr, piped } = at;
  const structure = structures.has(expr.kind);
  // An `as` on a merge or an `if` names a scope for what it contains.
  const segment = expr.kind === 'merge' || expr.kind === 'if' ? session.model.segments.get(expr) : undefined;
  const site = segment === undefined ? outer : enter(outer, segment);
  const value = evaluate(expr, structure ? { ...site, incoming } : site, session);
  if (isCallable(value)) return apply(value, at, { ...site, incoming }, session);
  if (piped === 'stage' && !structure && value.kind !== 'unknown') {
    const fixes =
      value.kind === 'tensor'
        ? [{ title: 'to combine two values: -> add(other), or concat { … }', edits: [] }]
        : value.kind === 'array'
          ? [replaceBy(`conv(kernel = ${textOf(expr.span)})`, expr.span)]
          : [];
    session.report(diagnostic('value/not-callable', { what: describe(value) }, expr.span, { fixes }));
    return unknown;
  }
  return value;
}

function bindAs(as: { readonly name: string }, value: Value, site: Site, session: Session): void {
  const declaration = session.model.bindings.get(as);
  if (declaration) site.frame.values.set(declaration, value);
}

/** After an error every later `as` name of the pipeline is unknown too, so that its uses stay silent. */
function bindRest(expr: PipelineExpr, from: number, site: Site, session: Session): Value {
  for (const stage of expr.stages.slice(from)) if (stage.as) bindAs(stage.as, unknown, site, session);
  return unknown;
}

function evaluateIf(expr: IfExpr, site: Site, session: Session): Value {
  const condition = argument(expr.condition, site, session);
  if (condition.kind === 'unknown') return unknown;
  if (condition.kind !== 'bool') return mistyped(condition, 'a condition', expr.condition, session);
  const chosen: Body | IfExpr | undefined = condition.value ? expr.then : expr.else;
  if (!chosen) return { kind: 'identity' };
  if (chosen.kind === 'if') return evaluateIf(chosen, site, session);
  return evaluateBody(chosen, bracesOf(site, childFrame(site.frame)), session, 'unapplied');
}

/** Most copies that one `repeat` or `each` may make. */
const maxRepeat = 10_000;

function evaluateRepeat(expr: RepeatExpr, site: Site, session: Session): Value {
  const count = argument(expr.count, site, session);
  if (count.kind === 'unknown') return unknown;
  if (count.kind !== 'number' || !Number.isInteger(count.value))
    return mistyped(count, 'a whole number', expr.count, session);
  if (count.dim) reportStructure(expr.count, 'another number of layers for another size', session);
  if (count.value < 0 || count.value > maxRepeat) return badCount(count.value, expr.count, session);
  let current = site.incoming;
  const base = session.model.segments.get(expr) ?? 'repeat';
  for (let i = 0; i < count.value; i++) {
    const value = pass(expr, { ...enter(site, `${base}[${i}]`), incoming: current }, session);
    if (value.kind !== 'tensor') return value;
    current = value.node;
  }
  return current ? tensorOf(current) : { kind: 'identity' };
}

/** One copy of what is repeated: a step, whatever stands in it. */
function pass(expr: RepeatExpr | EachExpr, site: Site, session: Session): Value {
  if (!step(session, expr)) return unknown;
  const value = evaluateBody(expr.body, bracesOf(site, childFrame(site.frame)), session, 'applied');
  if (value.kind === 'tensor' || value.kind === 'unknown') return value;
  return mistyped(value, 'a value', expr, session);
}

function badCount(count: number, expr: Expr, session: Session): Value {
  session.report(
    diagnostic('network/repeat-count', { count: showCount(count), limit: showCount(maxRepeat) }, expr.span),
  );
  return unknown;
}

function evaluateEach(expr: EachExpr, site: Site, session: Session): Value {
  const list = argument(expr.list, site, session);
  if (list.kind === 'unknown') return unknown;
  const items =
    list.kind === 'size'
      ? list.dims.map(int)
      : list.kind === 'list' || list.kind === 'tuple'
        ? list.items
        : undefined;
  if (!items) return mistyped(list, 'a list', expr.list, session, asList(list, expr.list));
  if (items.length > maxRepeat) return badCount(items.length, expr.list, session);
  let current = site.incoming;
  const base = session.model.segments.get(expr) ?? 'each';
  for (const [i, item] of items.entries()) {
    const frame = childFrame(site.frame);
    if (!bindItem(expr.item, item, { ...site, frame }, session)) return unknown;
    if (expr.index) bindAs(expr.index, int(i), { ...site, frame }, session);
    const value = pass(expr, { ...enter(site, `${base}[${i}]`), frame, incoming: current }, session);
    if (value.kind !== 'tensor') return value;
    current = value.node;
  }
  return current ? tensorOf(current) : { kind: 'identity' };
}

/** `each n of 3`, `each n of 0..3`: the numbers as a list, with the end of a range and without it. */
function asList(value: Value, { span }: Expr): readonly Fix[] {
  if (value.kind === 'number' && value.integer && value.value > 0)
    return [replaceBy(`range(${textOf(span)})`, span)];
  if (value.kind !== 'range' || !Number.isInteger(value.from) || !Number.isInteger(value.to)) return [];
  const { from, to } = value;
  if (from === 0 && to > 0) return [to, to + 1].map((n) => replaceBy(`range(${n})`, span));
  const all = to < from || to - from > 12 ? [] : Array.from({ length: to - from + 1 }, (_, i) => from + i);
  return [all, all.slice(0, -1)].filter((n) => n.length > 0).map((n) => replaceBy(`[${n.join(', ')}]`, span));
}

/** Binds the name of an item, or the names of its parts; false, and reported, where it has not as many. */
function bindItem(item: EachExpr['item'], value: Value, site: Site, session: Session): boolean {
  if (item.kind === 'ident') {
    bindAs(item, value, site, session);
    return true;
  }
  const parts =
    value.kind === 'size'
      ? value.dims.map(int)
      : value.kind === 'list' || value.kind === 'tuple'
        ? value.items
        : undefined;
  if (parts?.length === item.names.length) {
    item.names.forEach((name, i) => bindAs(name, parts[i] ?? unknown, site, session));
    return true;
  }
  const expected = `items with ${item.names.length} parts`;
  if (value.kind !== 'unknown')
    session.report(diagnostic('value/expected', { expected, found: describe(value) }, item.span));
  return false;
}

/** Reports that a value is not what its place needs. */
export function mistyped(
  value: Value,
  expected: string,
  expr: Expr,
  session: Session,
  fixes: readonly Fix[] = [],
): Value {
  if (value.kind === 'unknown') return unknown;
  const meant = partsMeant(expr, value, session);
  session.report(
    diagnostic('value/expected', { expected, found: describe(value) }, expr.span, {
      notes: meant.notes,
      fixes: [...fixes, ...meant.fixes],
    }),
  );
  return unknown;
}
