/** Values named in ways of other languages that parse: again (`l = l -> silu`), and at the end of their pipeline (`x -> relu -> l`). */
import type { Expr, NameExpr, PipelineExpr, Statement } from '../1-parse/ast.ts';
import { namedIn } from '../1-parse/slips/named-in.ts';
import { freshName } from '../1-parse/slips/naming.ts';
import { textOf } from '../1-parse/source.ts';
import type { Fix } from '../diagnostics/diagnostic.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { isDeclared, type Place, type Scope } from './names.ts';
import { isBuiltin } from './vocabulary.ts';

/** So many are mended; each reads the text below. */
const mostRenamed = 20;

/** A name that is taken is given again to a value that is made of the first: the fix gives a name of its own, and reads that one below. */
export function namedAgain(
  statement: Extract<Statement, { kind: 'assign' | 'let' | 'in' }>,
  { names }: Place,
): readonly Fix[] {
  if (statement.kind !== 'assign' || names.renamed++ >= mostRenamed) return [];
  const { name, value, span } = statement;
  const { source } = span;
  const own = namedIn(source, { name: name.name, from: value.span.start }).filter(
    ({ end }) => end <= value.span.end,
  );
  if (own.length === 0) return [];
  const fresh = freshName(source.text, name.name);
  const below = namedIn(source, { name: name.name, from: span.end });
  const title = `${fresh} = ${textOf(value.span)}`;
  return [{ title, edits: [name.span, ...below].map((one) => ({ span: one, text: fresh })) }];
}

interface NamedBehind {
  readonly pipeline: PipelineExpr;
  readonly name: NameExpr;
}

/** Reports `x -> relu -> l` where `l` stands for nothing and is read below; undefined for every other statement. */
export function namedBehind(statement: Statement, scope: Scope, place: Place): NamedBehind | undefined {
  if (statement.kind !== 'expr' || statement.value.kind !== 'pipeline') return undefined;
  const pipeline = statement.value;
  const last = pipeline.stages.at(-1);
  if (last?.expr.kind !== 'name' || last.as) return undefined;
  const name = last.expr;
  if (isBuiltin(name.name) || isDeclared(name.name, scope, place) || scope.later.has(name.name))
    return undefined;
  const { source, end } = statement.span;
  if (place.names.renamed++ >= mostRenamed) return undefined;
  if (namedIn(source, { name: name.name, from: end }).length === 0) return undefined;
  const value = valueOf(pipeline);
  const ours = `${name.name} = ${textOf(value.span)}`;
  const where = 'the name of a value stands before it: `name = x -> …`';
  const fixes = [{ title: ours, edits: [{ span: pipeline.span, text: ours }] }];
  place.names.report(diagnostic('syntax/misplaced', { word: name.name, where }, name.span, { fixes }));
  return { pipeline, name };
}

/** What the statement was meant to be. */
export function asNamed({ pipeline, name }: NamedBehind): Statement {
  const ident = { kind: 'ident' as const, name: name.name, span: name.span };
  return { kind: 'assign', name: ident, value: valueOf(pipeline), trainOnly: false, span: pipeline.span };
}

/** All stages but the last. */
function valueOf({ stages, span, kind }: PipelineExpr): Expr {
  const rest = stages.slice(0, -1);
  const [first] = rest;
  const end = rest.at(-1)?.span.end ?? span.end;
  const whole = { ...span, end };
  return rest.length === 1 && first && !first.as ? first.expr : { kind, stages: rest, span: whole };
}
