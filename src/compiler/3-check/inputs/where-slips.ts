/** What stands as a condition of an input and is none: `where H`, `where H % 2`, `where (H, W) % 2 == 0`, conditions of sizes without names. */
import type { Expr, InStatement, NameExpr } from '../../1-parse/ast.ts';
import { conditionInWords, goesOnWithIn } from '../../1-parse/slips/conditions.ts';
import { textOf } from '../../1-parse/source.ts';
import { axisWords } from '../../2-resolve/vocabulary.ts';
import { leaveOut, replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { spatialAxes } from '../../ir/type.ts';
import { mistyped } from '../evaluate.ts';
import type { Session } from '../session.ts';
import { namesIn } from '../sizes.ts';
import type { Value } from '../value.ts';

const expected = 'a condition such as H % 2 == 0';

/** Reports a condition that is a value: the size alone, a remainder. */
export function reportNoCondition(
  statement: InStatement,
  condition: Expr,
  value: Value,
  session: Session,
): void {
  if (goesOnWithIn(condition.span)) return;
  if (condition.kind !== 'name' || value.kind !== 'number') {
    const isRest = condition.kind === 'binary' && condition.op === '%';
    const fixes = isRest ? [replaceBy(`${textOf(condition.span)} == 0`, condition.span)] : [];
    return void mistyped(value, expected, condition, session, fixes);
  }
  const { name, span } = condition;
  const words = conditionInWords(span.source.text.slice(span.start, span.start + 80));
  const whole = { ...span, end: span.start + (words?.length ?? name.length) };
  const found = words ? `"${textOf(whole)}"` : `${name} alone`;
  const ours = words?.ours ?? likeTheNext(statement, condition);
  const fixes = ours === undefined ? [] : [replaceBy(ours, whole)];
  session.report(diagnostic('value/expected', { expected, found }, whole, { fixes }));
}

/** `where H, W % 4 == 0`: the same of the size before it. */
function likeTheNext({ where }: InStatement, { name, span }: NameExpr): string | undefined {
  const next = where.find((one) => one.span.start > span.start && one.kind !== 'name');
  const names = next ? namesIn(next) : [];
  const [only] = names;
  if (!next || !only || names.some((one) => one.name !== only.name)) return undefined;
  return textOf(next.span).replaceAll(new RegExp(`\\b${only.name}\\b`, 'g'), name);
}

/** Reports conditions of several sizes at once, and of sizes that have no names; false for others. */
export function reportOtherwise(statement: InStatement, condition: Expr, session: Session): boolean {
  const several = severalIn(condition);
  if (several) {
    const args = { expected: 'a condition for each size', found: `one for ${textOf(several.span)}` };
    const fixes = [replaceBy(ofEach(condition, several), condition.span)];
    session.report(diagnostic('value/expected', args, several.span, { fixes }));
    return true;
  }
  const unnamed = namesIn(condition).find((name) => isUnnamed(name, session));
  if (unnamed) reportUnnamed(statement, unnamed, session);
  return unnamed !== undefined;
}

/** `(H, W) % 4 == 0` and `(H, W) == (32, 32)` as conditions of one size each. */
function ofEach({ span, ...condition }: Expr, several: Several): string {
  const right = 'right' in condition && several === condition.left ? condition.right : undefined;
  const values = right?.kind === 'tuple' || right?.kind === 'list' ? right.items : [];
  const before = textOf({ ...span, end: several.span.start });
  const behind = textOf({ ...span, start: several.span.end });
  const signs = right ? textOf({ ...span, start: several.span.end, end: right.span.start }) : '';
  return several.items
    .map((item, i) => {
      const value = values.length === several.items.length ? values[i] : undefined;
      return `${before}${textOf(item.span)}${value ? signs + textOf(value.span) : behind}`;
    })
    .join(', ');
}

type Several = Extract<Expr, { kind: 'tuple' | 'list' }>;

/** `(H, W)` of `(H, W) % 4 == 0`. */
function severalIn(condition: Expr): Several | undefined {
  let left = condition;
  while (left.kind === 'binary') left = left.left;
  if (left.kind !== 'tuple' && left.kind !== 'list') return undefined;
  return left.items.every(({ kind }) => kind === 'name') ? left : undefined;
}

/** The name of an axis that is no size of an input. */
const isUnnamed = (name: NameExpr, session: Session): boolean =>
  axisWords.includes(name.name) && !session.model.bindings.has(name);

function reportUnnamed(
  { dims, type, default: given, where, name }: InStatement,
  size: NameExpr,
  session: Session,
): void {
  const { source } = size.span;
  const end = (given ?? dims.at(-1) ?? type).span.end;
  const last = where.at(-1)?.span.end ?? end;
  const at = source.text.lastIndexOf('where', where[0]?.span.start);
  const clause = { source, start: at, end: last };
  const axes = dims.every(({ kind }) => kind === 'number') ? spatialAxes[dims.length] : undefined;
  const written = { source, start: type.span.end, end: at };
  const ours = `[${axes?.join(', ') ?? ''}] = ${textOf(written).trim()} `;
  const names = { title: ours.trim(), edits: [{ span: written, text: ours }] };
  const isSpoken = axes !== undefined && given === undefined && type.name !== 'f32' && type.name !== 'i32';
  const text = `sizes that are numbers need no condition; for other sizes too they have names: \`${type.name}[H, W] = …\``;
  session.report(
    diagnostic('network/where-number', { name: size.name, input: name.name }, size.span, {
      notes: [{ word: 'note', text }],
      fixes: [leaveOut(textOf(clause), clause), ...(isSpoken ? [names] : [])],
    }),
  );
}

/** Reports conditions in the place of a size (`rgb[H >= 32, W % 2]`), all of an input at once; false for other sizes. */
export function reportInDims(
  { dims, default: given, where, type }: InStatement,
  dim: Expr,
  session: Session,
): boolean {
  if (conditionOn(dim) === undefined) return false;
  const found = dims.map((one) => ({ one, condition: conditionOn(one) }));
  const conditions = found.flatMap(({ condition }) => condition?.text ?? []);
  const names = found.map(({ one, condition }) => condition?.name ?? textOf(one.span));
  const { source } = dim.span;
  const close = source.text.indexOf(']', dims.at(-1)?.span.end);
  const [first] = where;
  const at = first?.span.start ?? given?.span.end ?? close + 1;
  const ours = first ? `${conditions.join(', ')}, ` : ` where ${conditions.join(', ')}`;
  const edits = [
    { span: { source, start: type.span.end, end: close + 1 }, text: `[${names.join(', ')}]` },
    { span: { source, start: at, end: at }, text: ours },
  ];
  const args = {
    expected: 'a size or its name (conditions stand behind `where`)',
    found: `the condition ${textOf(dim.span)}`,
  };
  session.report(diagnostic('value/expected', args, dim.span, { fixes: [{ title: ours.trim(), edits }] }));
  return true;
}

/** `H % 32`, `H >= 32` with the name that they are about. */
function conditionOn(dim: Expr): { readonly name: string; readonly text: string } | undefined {
  if (dim.kind !== 'binary' || !/^(?:%|[<>]=?|==|!=)$/.test(dim.op)) return undefined;
  const [name, ...others] = namesIn(dim);
  if (!name || others.length > 0) return undefined;
  return { name: name.name, text: dim.op === '%' ? `${textOf(dim.span)} == 0` : textOf(dim.span) };
}
