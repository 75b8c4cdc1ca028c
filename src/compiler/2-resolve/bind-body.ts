/**
 * Binds the names in bodies: statements from top to bottom, each seeing what stands above it. A net that extends another
 * sees the other's values.
 */
import type {
  Body,
  BrokenStatement,
  BudgetStatement,
  Ident,
  InStatement,
  NetItem,
  Param,
  Statement,
} from '../1-parse/ast.ts';
import { unreachable } from '../diagnostics/internal.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { unknownWord } from '../diagnostics/unknown-word.ts';
import { bindExpr, collectLater, pipelinesOf } from './bind-expr.ts';
import { bindOut } from './bind-out.ts';
import { claim } from './declare.ts';
import { reportEmpty, reportEmptyNet } from './empty.ts';
import { bindReplaced, inherit, isInherited, replacementScope, standsTooDeep } from './extending.ts';
import { reportImagenet } from './foreign/imagenet.ts';
import { reportInputByCall } from './foreign/inputs-by-call.ts';
import { loosePreprocessing } from './loose-preprocessing.ts';
import { isLone, reportLost } from './lost.ts';
import type { Declaration, NetDeclaration } from './model.ts';
import { asNamed, namedAgain, namedBehind } from './naming.ts';
import { netSource } from './net-source.ts';
import { reportNoResult } from './no-result.ts';
import { childScope, lookup, type Place, type Scope } from './names.ts';
import { reportDefault } from './param-defaults.ts';
import { paramTypes } from './vocabulary.ts';
import { withoutOwnSizes } from './foreign/own-size.ts';
import { asMeant, reportWordBefore } from './foreign/word-before.ts';

/** Binds a body into `scope`, which keeps its names afterwards. */
export function bindBody(body: Body, scope: Scope, place: Place): void {
  for (const statement of body.statements)
    if (statement.kind === 'in' || statement.kind === 'assign' || statement.kind === 'let')
      if (!scope.later.has(statement.name.name)) scope.later.set(statement.name.name, statement.name);
  collectLater(pipelinesOf(body), scope);
  const loose = isNetBody(scope, place) ? loosePreprocessing(body, scope, place) : undefined;
  const told = new Set<Statement>();
  for (const [i, statement] of body.statements.entries()) {
    const before = body.statements[i - 1];
    if (loose?.has(statement)) continue;
    const behind = namedBehind(statement, scope, place);
    if (behind) {
      told.add(statement);
      bindStatement(asNamed(behind), scope, place);
    } else if (reportWordBefore(body, i, scope, place)) told.add(statement);
    else if (before && told.has(before)) bindStatement(asMeant(statement, before, place), scope, place);
    else bindStatement(statement, scope, place);
  }
  reportLost(body, told, place);
  if (!isNetBody(scope, place) && !place.inLone) reportNoResult(body, place);
}

const isNetBody = (scope: Scope, { owner, names }: Place): boolean =>
  owner?.kind === 'net' && names.netScopes.get(owner) === scope;

function bindStatement(statement: Statement, scope: Scope, place: Place): void {
  switch (statement.kind) {
    case 'broken':
      return declareBroken(statement, scope, place);
    case 'in':
      return bindIn(statement, scope, place);
    case 'assign':
      if (isNetBody(scope, place) && reportInputByCall(statement, scope, place))
        return declareBroken({ declares: [statement.name] }, scope, place);
      bindExpr(statement.value, 'value', scope, readerOf(statement, place));
      return declareIn(
        scope,
        { kind: 'value', form: statement.trainOnly ? 'train-only' : 'assign', ...named(statement) },
        statement,
        place,
      );
    case 'let':
      bindExpr(statement.value, 'value', scope, place);
      return declareIn(
        scope,
        { kind: 'let', statement, module: undefined, ...named(statement) },
        statement,
        place,
      );
    case 'expr': {
      const inLone = isNetBody(scope, place) && isLone(statement, place.owner);
      return bindExpr(statement.value, 'value', scope, inLone ? { ...place, inLone } : place);
    }
    case 'replace':
      bindReplaced(statement, scope, place);
      return bindExpr(statement.value, 'value', replacementScope(statement, scope, place), place);
    case 'out':
      return bindOut(statement, scope, readerOf(statement, place));
    case 'assert':
      return bindExpr(statement.condition, 'value', scope, place);
    case 'budget':
      return bindBudget(statement, place);
    default:
      return unreachable(statement);
  }
}

/** What is not `train_only` itself cannot read what is. */
function readerOf(statement: Extract<Statement, { kind: 'assign' | 'out' }>, place: Place): Place {
  return statement.trainOnly ? place : { ...place, reader: statement.name?.name ?? 'this output' };
}

/** Quantities of a budget (`params <= 62k`) are words of their own, checked in phase 3; a limit may name the file's constants. */
export function bindBudget({ limits, span }: BudgetStatement, place: Place): void {
  reportEmpty(span, 'this budget', place);
  for (const limit of limits)
    if (limit.kind === 'binary' && limit.op.startsWith('<'))
      bindExpr(limit.right, 'value', childScope(undefined), place);
}

/** What a broken statement was about to declare is known, without a value. */
function declareBroken(
  { declares }: Pick<BrokenStatement, 'declares'>,
  scope: Scope,
  { names }: Place,
): void {
  for (const ident of declares) {
    const { name, span } = ident;
    if (scope.names.has(name)) continue;
    const declaration: Declaration = { kind: 'value', form: 'as', name, span };
    scope.names.set(name, declaration);
    names.bindings.set(ident, declaration);
  }
}

type Named = { readonly name: { readonly name: string; readonly span: Declaration['span'] } };

function named({ name }: Named): Pick<Declaration, 'name' | 'span'> {
  return { name: name.name, span: name.span };
}

function declareIn(
  scope: Scope,
  declaration: Declaration,
  statement: Extract<Statement, { kind: 'assign' | 'let' | 'in' }>,
  place: Place,
): void {
  scope.later.delete(declaration.name);
  // Of a name that is taken twice over, `claim` speaks.
  const isTaken = scope.names.has(declaration.name);
  if (!isTaken && isInherited(statement, scope, place)) place.names.broken.add(declaration);
  claim(scope.names, declaration, statement.name, place.names, isTaken ? namedAgain(statement, place) : []);
}

/** Preprocessing whose values are expressions; the others take words, and of an unknown one it is told that it is none. */
const ofNumbers: ReadonlySet<string> = new Set(['scale', 'mean', 'std', 'range']);

/** The names of an input's sizes come into being at their first mention. */
function bindIn(statement: InStatement, scope: Scope, place: Place): void {
  if (!isNetBody(scope, place)) reportInside(statement, place);
  for (const dim of statement.dims) {
    if (dim.kind !== 'name' || lookup(dim.name, scope)) {
      bindExpr(dim, 'value', scope, place);
      continue;
    }
    const declaration: Declaration = { kind: 'size', name: dim.name, span: dim.span };
    scope.names.set(dim.name, declaration);
    place.names.bindings.set(dim, declaration);
  }
  if (statement.default) bindExpr(statement.default, 'value', scope, place);
  for (const condition of withoutOwnSizes(statement, place)) bindExpr(condition, 'value', scope, place);
  const told = reportImagenet(statement, scope, place);
  for (const { word, args } of statement.preprocess)
    if (ofNumbers.has(word.name) && !told.has(word.name))
      for (const arg of args) bindExpr(arg, 'value', scope, place);
  declareIn(scope, { kind: 'value', form: 'in', ...named(statement) }, statement, place);
}

/** `in x: rgb 32x32` in a block, or in braces inside of a net: what flows in there has no name and no size of its own. */
function reportInside({ name, span }: InStatement, { names }: Place): void {
  const word = { ...span, end: span.start + 'in'.length };
  const where = 'inputs are those of a net; what flows into a block or into braces is `in`';
  const fixes = [{ title: `${name.name} = in`, edits: [{ span, text: `${name.name} = in` }] }];
  names.report(diagnostic('syntax/misplaced', { word: 'in', where }, word, { fixes }));
}

/** Parameters see those before them in their defaults. */
export function bindParams(params: readonly Param[], scope: Scope, place: Place): void {
  for (const param of params) {
    if (param.type) reportType(param.type, place);
    if (param.default) bindExpr(param.default, 'value', scope, place);
    reportDefault(param, place);
    const declaration: Declaration = { kind: 'param', param, name: param.name.name, span: param.name.span };
    claim(scope.names, declaration, param.name, place.names);
  }
}

/** What other languages call a type. */
const foreignTypes: Readonly<Record<string, string>> = {
  number: 'float',
  integer: 'int',
  boolean: 'bool',
  text: 'string',
  layer: 'block',
  array: 'list',
};

function reportType(type: Ident, { names }: Place): void {
  if (paramTypes.includes(type.name)) return;
  names.report(unknownWord(type, paramTypes, 'type of a parameter', foreignTypes));
}

/** The scope of a net's body, parameters and inherited values included; bound once, on demand. */
export function netScope(net: NetDeclaration, place: Place): Scope {
  const known = place.names.netScopes.get(net);
  if (known) return known;
  const params = childScope(undefined);
  // Entered before it is filled: a net that extends itself ends here, and is reported as circular.
  const own: Scope = { ...childScope(params), unfinished: true };
  place.names.netScopes.set(net, own);
  const inside: Place = { ...place, module: net.module as Place['module'], owner: net };
  bindParams(net.item.params, params, inside);
  const base = baseScope(net.item, params, inside);
  const extendsUnknown = net.item.base !== undefined && (!base || base.extendsUnknown === true);
  const scope: Scope = { ...childScope(base ? inherit(base, params) : params), extendsUnknown };
  place.names.netScopes.set(net, scope);
  reportEmptyNet(net.item, inside);
  if (net.item.body) bindBody(net.item.body, scope, inside);
  return scope;
}

/** The scope of the net that a net extends or stands for. */
function baseScope(item: NetItem, params: Scope, place: Place): Scope | undefined {
  const made = netSource(item);
  if (!made) return undefined;
  const source = made.net;
  bindExpr(source, 'layer', params, place);
  if (made.sliding?.sizes) bindExpr(made.sliding.sizes, 'value', params, place);
  let callee = source.kind === 'call' ? source.callee : source;
  // A family's variant is a member of its net.
  if (callee.kind === 'member') callee = callee.object;
  const base = place.names.bindings.get(callee);
  if (base?.kind !== 'net' || standsTooDeep(base)) return undefined;
  const scope = netScope(base, place);
  return scope.unfinished ? undefined : scope;
}
