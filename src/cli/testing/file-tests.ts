/** Everything that one file says must be so: its assertions, its budgets and its tests, each with how it came out. */
import type { AssertStatement, BudgetStatement, TestItem } from '../../compiler/1-parse/ast.ts';
import { textOf, type Span } from '../../compiler/1-parse/source.ts';
import {
  check,
  checkPlannedBudgets,
  constantsIn,
  instantiate,
  resolve,
  type Diagnostic,
  type Model,
} from '../../compiler/index.ts';
import { withoutConsequences } from '../../compiler/diagnostics/consequences.ts';
import { diagnostic } from '../../compiler/diagnostics/registry.ts';
import { topological } from '../../compiler/ir/graph.ts';
import { decode, runners, type Runner, type Target } from '../running.ts';
import { withoutMissing } from '../checked.ts';
import { InputFailure } from '../failure.ts';
import type { OpenNet } from '../nets.ts';
import { openProject, type Project } from '../project.ts';
import { weightsOf, type NetWeights, type WeightOptions } from '../weights.ts';
import { judge, type Scope } from './conditions.ts';
import { testInputs } from './test-inputs.ts';
import { outputValue } from './values.ts';

export interface Outcome {
  readonly kind: 'assert' | 'budget' | 'test';
  readonly name: string;
  readonly passed: boolean;
  /** Where the weights of a test came from. */
  readonly weights?: string;
  readonly milliseconds?: number;
  /** Why it did not pass. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface FileOutcome {
  readonly file: string;
  readonly outcomes: readonly Outcome[];
  /** What is wrong with the file besides; where there is an error, only statements that are wrong themselves have an outcome. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface TestOptions extends WeightOptions {
  readonly target: Target;
  /** Only those whose name contains it. */
  readonly only?: string;
}

/** Runs what the file says. Throws an `InputFailure` only where the file cannot be read. */
export async function testFile(file: string, options: TestOptions): Promise<FileOutcome> {
  const project = openProject(file);
  const { model, diagnostics: resolved } = resolve(project.entry, project.host);
  const checked = check(model);
  const found = withoutMissing(
    withoutConsequences([...resolved, ...checked.diagnostics, ...checkPlannedBudgets(model, checked.nets)]),
  );
  const said = statementsOf(model);
  // A statement that is wrong fails by itself; what is wrong elsewhere stops all others.
  const belongs = (d: Diagnostic, { statement }: Named): boolean =>
    covers(statement.span, d.span) && (statement.kind !== 'test' || d.severity === 'error');
  const others = found.filter((d) => !said.some((one) => belongs(d, one))).map(project.show);
  const canRun = others.every(({ severity }) => severity !== 'error');
  const outcomes: Outcome[] = [];
  const nets = new Map<string, Promise<TestedNet>>();
  for (const one of said.filter(({ name }) => name.includes(options.only ?? ''))) {
    const { name, statement } = one;
    const own = found.filter((d) => belongs(d, one)).map(project.show);
    const { kind } = statement;
    if (own.length > 0) outcomes.push({ kind, name, passed: false, diagnostics: own });
    // Where the file has errors nobody knows whether the others hold: figures of a broken net are missing, not right.
    else if (!canRun) continue;
    else if (statement.kind !== 'test') outcomes.push({ kind, name, passed: true, diagnostics: [] });
    else outcomes.push(await runTest(statement, { name, file, project, model, options, nets }));
  }
  return { file, outcomes, diagnostics: others };
}

type Said = AssertStatement | BudgetStatement | TestItem;

interface Named {
  readonly name: string;
  readonly statement: Said;
}

/** Assertions and budgets of the file and of its nets, and tests, in the order of the text. */
function statementsOf(model: Model): readonly Named[] {
  return model.entry.file.items
    .flatMap((item): readonly Said[] => {
      if (item.kind === 'assert' || item.kind === 'budget' || item.kind === 'test') return [item];
      const inside = item.kind === 'net' ? (item.body?.statements ?? []) : [];
      return inside.filter((s) => s.kind === 'assert' || s.kind === 'budget');
    })
    .map((statement) => ({ name: nameOf(statement), statement }));
}

function nameOf(statement: Said): string {
  if (statement.kind === 'test') return statement.title.value;
  return textOf(statement.span).replace(/\s+/g, ' ');
}

function covers(outer: Span, inner: Span): boolean {
  return outer.source.path === inner.source.path && outer.start <= inner.start && inner.end <= outer.end;
}

interface Running {
  readonly name: string;
  readonly file: string;
  readonly project: Project;
  readonly model: Model;
  readonly options: TestOptions;
  /** Nets with their weights, compiled once for all tests of the file. */
  readonly nets: Map<string, Promise<TestedNet>>;
}

interface TestedNet {
  readonly net: OpenNet;
  readonly weights: NetWeights;
  readonly run: Runner;
}

async function runTest(item: TestItem, running: Running): Promise<Outcome> {
  const { name, project, nets } = running;
  const start = performance.now();
  const done = (diagnostics: readonly Diagnostic[], weights?: string): Outcome => ({
    kind: 'test',
    name,
    passed: diagnostics.length === 0,
    milliseconds: performance.now() - start,
    ...(weights === undefined ? {} : { weights }),
    diagnostics,
  });
  try {
    const tested = netOf(item) ?? '';
    const opened = nets.get(tested) ?? openTested(item, running);
    nets.set(tested, opened);
    const { net, weights, run } = await opened;
    const scope = await scopeOf(item, { net, run, running });
    const hasWeights = topological(net.graph).some(({ op }) => op === 'param');
    return done(failures(item, scope).map(project.show), hasWeights ? weights.origin : undefined);
  } catch (error) {
    if (!(error instanceof InputFailure)) throw error;
    return done(error.diagnostics);
  }
}

/** `Mobile`, or a variant, `Mobile.small`; undefined for the file's only net. */
function netOf({ net, variant }: TestItem): string | undefined {
  return net && [net, ...(variant ? [variant] : [])].map(({ name }) => name).join('.');
}

async function openTested(item: TestItem, { file, project, model, options }: Running): Promise<TestedNet> {
  const name = netOf(item);
  const made = instantiate(model, { ...(name === undefined ? {} : { net: name }), mode: 'inference' });
  if (!made.graph) throw new InputFailure(made.diagnostics.map(project.show));
  const net: OpenNet = { file, project, model, graph: made.graph, doc: undefined, diagnostics: [] };
  const weights = await weightsOf(net, options);
  const run = await runners[options.target](net, { weights: weights.source, wide: 'off' });
  return { net, weights, run };
}

/** Runs the net on the test's inputs; outputs by their names. */
async function scopeOf(
  item: TestItem,
  { net, run, running }: Pick<TestedNet, 'net' | 'run'> & { readonly running: Running },
): Promise<Scope> {
  const { graph } = net;
  const { model, project } = running;
  const constant = constantsIn(model);
  const given = await testInputs(item, graph, { model, project, constant });
  const decoded = await decode(graph, await run(given.tensors), given.seen);
  const outputs = Object.fromEntries(decoded.map((output) => [output.output.name, outputValue(output)]));
  return { outputs, constant };
}

function failures(item: TestItem, scope: Scope): readonly Diagnostic[] {
  return item.expects.flatMap(({ condition, with: probability }): readonly Diagnostic[] => {
    const { holds, span, found } = judge(condition, probability, scope);
    if (holds) return [];
    const args = { title: item.title.value, condition: textOf(span).replace(/\s+/g, ' ') };
    return [diagnostic('test/failed', args, span, { label: `found ${found}` })];
  });
}
