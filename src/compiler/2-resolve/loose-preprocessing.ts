/**
 * `in x: rgb 32x32` and below it `scale = 1/255`: preprocessing that is written like values of the net. Such lines are told once, and
 * bound no further; a constant that some layer reads is one.
 */
import type { AssignStatement, Body, Expr, Statement } from '../1-parse/ast.ts';
import * as t from '../../../grammar/tokens.ts';
import type { Edit } from '../diagnostics/diagnostic.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { Declaration } from './model.ts';
import { lookup, type Place, type Scope } from './names.ts';

/** Words that `order` and `fit` take. */
const words = /^(?:rgba?|bgra?|argb|abgr|stretch|crop|pad|pad_end)$/i;

/** The statements among a net's that are preprocessing of the input above them; they are reported. */
export function loosePreprocessing(body: Body, scope: Scope, place: Place): ReadonlySet<Statement> {
  const all = new Set<Statement>();
  for (const [i, { kind }] of body.statements.entries()) {
    if (kind !== 'in') continue;
    const run = runFrom(body, i + 1, scope, place);
    const [first] = run;
    if (!first) continue;
    for (const statement of run) {
      all.add(statement);
      giveUp(statement, scope, place);
    }
    report(first, run, place);
  }
  return all;
}

function runFrom(body: Body, from: number, scope: Scope, place: Place): readonly AssignStatement[] {
  const run: AssignStatement[] = [];
  for (let i = from; i < body.statements.length; i++) {
    const statement = body.statements[i];
    if (statement?.kind !== 'assign' || !t.preprocessing.has(statement.name.name)) break;
    if (!isConstant(statement.value, scope, place) || isRead(statement, body)) break;
    run.push(statement);
  }
  return run;
}

function isConstant(expr: Expr, scope: Scope, place: Place): boolean {
  switch (expr.kind) {
    case 'number':
    case 'size':
    case 'string':
      return true;
    case 'name': {
      const declared = lookup(expr.name, scope) ?? place.module.names.get(expr.name);
      return declared ? declared.kind === 'let' : words.test(expr.name);
    }
    case 'list':
    case 'tuple':
      return expr.items.every((item) => isConstant(item, scope, place));
    case 'unary':
      return isConstant(expr.operand, scope, place);
    case 'range':
      return isConstant(expr.from, scope, place) && isConstant(expr.to, scope, place);
    case 'binary':
      return isConstant(expr.left, scope, place) && isConstant(expr.right, scope, place);
    default:
      return false;
  }
}

/** Whether what stands below names it. No value can be called `mean`, so none is read. */
function isRead({ name, span }: AssignStatement, body: Body): boolean {
  if (name.name === 'mean') return false;
  const below = body.span.source.text.slice(span.end, body.span.end);
  return new RegExp(`\\b${name.name}\\b(?![ \\t]*=[^=])`).test(below);
}

/** Known, without a value. */
function giveUp({ name }: AssignStatement, scope: Scope, { names }: Place): void {
  const declaration: Declaration = { kind: 'value', form: 'as', name: name.name, span: name.span };
  names.bindings.set(name, declaration);
  names.broken.add(declaration);
  scope.later.delete(name.name);
}

function report(first: AssignStatement, run: readonly AssignStatement[], { names }: Place): void {
  const edits = run.flatMap(({ name, value }): readonly Edit[] => {
    const { source } = name.span;
    const sign = { source, start: name.span.end, end: value.span.start };
    const [comma] = /^[ \t]*,/.exec(source.text.slice(value.span.end, value.span.end + 80)) ?? [];
    const behind = { source, start: value.span.end, end: value.span.end + (comma?.length ?? 0) };
    const without = comma === undefined ? [] : [{ span: behind, text: '' }];
    return [{ span: sign, text: ' ' }, ...inOurForm(value), ...without];
  });
  const { source, end } = first.name.span;
  const at = source.text.indexOf('=', end);
  const args = {
    found: '`=`',
    expected: 'what is done to an input stands behind it without a sign: `scale 1/255`',
  };
  const shown = run.map(({ name }) => name.name).join(', ');
  const fixes = [{ title: `${shown} without the sign`, edits }];
  names.report(diagnostic('syntax/unexpected', args, { source, start: at, end: at + 1 }, { fixes }));
}

/** `"bgr"` → `bgr`. */
function inOurForm(value: Expr): readonly Edit[] {
  if (value.kind !== 'string') return [];
  return [{ span: value.span, text: value.span.source.text.slice(value.span.start + 1, value.span.end - 1) }];
}
