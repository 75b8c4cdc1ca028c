/** From an operator's `Problem` (which knows no places) to a diagnostic: spans, second places, and fixes as edits. */
import type { Expr } from '../1-parse/ast.ts';
import type { Span } from '../1-parse/source.ts';
import type { Edit, Fix, Label } from '../diagnostics/diagnostic.ts';
import { listedSpan } from '../diagnostics/fixes.ts';
import { build } from '../diagnostics/registry.ts';
import type { Attrs, Node } from '../ir/graph.ts';
import type { OpDef, Problem } from '../ops/op.ts';
import { mendMismatch } from './mismatch/mend-mismatch.ts';
import { explainMismatch, type Operand } from './mismatch/mismatch.ts';
import type { Session } from './session.ts';
import { trailTo } from './mismatch/trail.ts';
import type { GivenArg } from './value.ts';

/** One written use of an operator. */
export interface Use {
  readonly def: OpDef;
  readonly data: readonly Node[];
  /** Where each data input was written. */
  readonly origins: readonly (Span | undefined)[];
  /** The call, or the bare name. */
  readonly call: Expr;
  readonly args: readonly GivenArg[];
  /** Options that need no conversion: the language's own layers. */
  readonly options?: Attrs;
  /** What the data inputs are called and where they are written, for values that meet: branches, operands. */
  readonly operands?: readonly { readonly label: string | undefined; readonly expr: Expr }[];
}

export function reportProblem(problem: Problem, use: Use, span: Span, session: Session): undefined {
  const at = placeOf(problem.at, use) ?? span;
  const extras = {
    label: problem.label,
    labels: labelsOf(problem, use),
    notes: [...trailTo(problem, use), ...(problem.notes ?? [])],
    fixes: (problem.fixes ?? []).map((fix) => fixOf(fix, use)),
  };
  const operands = problem.code === 'shape/branch-mismatch' ? operandsOf(use) : [];
  const explained =
    operands.length > 0
      ? { notes: explainMismatch(operands), fixes: mendMismatch(use.def.name, operands) }
      : {};
  session.report(build(problem.code, problem.args, at, { ...extras, ...explained }));
  return undefined;
}

function operandsOf({ operands, data }: Use): readonly Operand[] {
  return (operands ?? []).flatMap(({ label, expr }, i) => {
    const node = data[i];
    return node ? [{ label, expr, node }] : [];
  });
}

function placeOf(at: Problem['at'], use: Use): Span | undefined {
  if (at === 'call') return undefined;
  return 'option' in at ? argOf(at.option, use)?.arg.span : use.origins[at.input];
}

function labelsOf(problem: Problem, use: Use): readonly Label[] {
  return (problem.labels ?? []).flatMap(({ at, text }) => {
    const span = placeOf(at, use);
    return span ? [{ span, text }] : [];
  });
}

/** The argument that gave an option. */
function argOf(option: string, use: Use): GivenArg | undefined {
  let position = 0;
  return use.args.find((given) => (given.name ?? use.def.params[position++]?.name) === option);
}

function fixOf(fix: NonNullable<Problem['fixes']>[number], use: Use): Fix {
  const edits: Edit[] = [];
  if (fix.set) edits.push(setOption(fix.set.option, fix.set.to, use));
  if (fix.remove !== undefined) edits.push(...withoutOption(fix.remove, use));
  if (fix.before !== undefined) {
    const { source, start } = use.call.span;
    edits.push({ span: { source, start, end: start }, text: `${fix.before} -> ` });
  }
  if (fix.replace !== undefined) edits.push({ span: use.call.span, text: fix.replace });
  return { title: fix.title, edits };
}

/** Takes an option out; what stands after it by place is named then. */
function withoutOption(option: string, use: Use): readonly Edit[] {
  const given = argOf(option, use);
  const at = given ? use.args.indexOf(given) : -1;
  if (!given || use.call.kind !== 'call') return [];
  const { source } = given.arg.span;
  const span = listedSpan(
    use.args.map(({ arg }) => arg.span),
    at,
  );
  const unnamed = use.args.slice(at + 1).filter((arg) => arg.name === undefined);
  const named = unnamed.map(({ arg }, i): Edit => {
    const name = use.def.params[at + 1 + i]?.name ?? '';
    return { span: { source, start: arg.span.start, end: arg.span.start }, text: `${name} = ` };
  });
  return [{ span, text: '' }, ...(given.name === undefined ? named : [])];
}

function setOption(option: string, to: string, use: Use): Edit {
  const given = argOf(option, use);
  if (given) return { span: given.arg.value.span, text: to };
  const { source, end } = use.call.span;
  const called = use.call.kind === 'call' && source.text[end - 1] === ')';
  const at = called ? end - 1 : end;
  const first = use.call.kind === 'call' && use.call.args.length === 0;
  const text = called ? `${first ? '' : ', '}${option} = ${to}` : `(${option} = ${to})`;
  return { span: { source, start: at, end: at }, text };
}
