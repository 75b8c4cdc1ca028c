/**
 * Evaluates a net: its parameters, what it takes over from the net it extends or stands for (with `replace`d values), and its
 * statements from top to bottom. Used for a net on its own and for a net inside another.
 */
import type { Expr, InStatement, OutStatement, ReplaceStatement, Statement } from '../1-parse/ast.ts';
import type { Model, NetDeclaration } from '../2-resolve/model.ts';
import { mostBases } from '../2-resolve/extending.ts';
import { netSource, type WrittenSliding } from '../2-resolve/net-source.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { declaredTwice } from '../diagnostics/twice.ts';
import type { Node } from '../ir/graph.ts';
import { bindParams, type Application } from './apply.ts';
import { evaluateStatement, isBroken } from './body.ts';
import { evaluate, flow } from './evaluate.ts';
import { childFrame, enter, type Frame, type Site } from './frame.ts';
import { reportMeantAsLayer } from './slips/meant-as-layer.ts';
import type { Session } from './session.ts';
import { sizesOf } from './sliding/index.ts';
import { describe, unknown, type GivenArg, type Value } from './value.ts';

/** An `out` with the site where its expression is evaluated. */
export interface PendingOutput {
  readonly statement: OutStatement;
  readonly site: Site;
}

export interface NetRun {
  /** Named values, the extended net's included. */
  readonly values: ReadonlyMap<string, Node>;
  /** In order; an output of the same name replaces the extended net's. */
  readonly outputs: readonly PendingOutput[];
  /** Over which size it slides, where it is written so; without `sizes` over any. */
  readonly sliding: SlidesOver | undefined;
  /** False where something failed (reported). */
  readonly complete: boolean;
}

export interface SlidesOver {
  readonly written: WrittenSliding;
  readonly sizes: readonly number[] | undefined;
}

interface Run {
  readonly session: Session;
  readonly at: Application;
  /** Gives an `in` its value. */
  readonly input: (statement: InStatement, site: Site) => Value;
  readonly values: Map<string, Node>;
  readonly outputs: Map<string, PendingOutput>;
  /** The outermost `convolutional(…)`, when it has been met. */
  readonly slidesOver: { first?: SlidesOver };
  readonly replacements: ReadonlyMap<string, { readonly statement: ReplaceStatement; readonly site: Site }>;
}

export function runNet(
  net: { readonly declaration: NetDeclaration; readonly args: readonly GivenArg[] },
  at: Application,
  site: Site,
  hooks: Pick<Run, 'session' | 'input'>,
): NetRun {
  const [values, outputs] = [new Map<string, Node>(), new Map<string, PendingOutput>()];
  const run: Run = { ...hooks, at, values, outputs, slidesOver: {}, replacements: new Map() };
  const frame = frameFor(net.declaration, hooks.session);
  if (!frame) return { values, outputs: [], sliding: undefined, complete: false };
  const inside = { ...site, frame };
  const complete = runDeclaration(net.declaration, net.args, inside, run);
  return { values, outputs: [...outputs.values()], sliding: run.slidesOver.first, complete };
}

/** The net that another extends or stands for, as far as names tell. */
function baseOf(net: NetDeclaration, model: Model): NetDeclaration | undefined {
  const source = netSource(net.item)?.net;
  if (!source) return undefined;
  let callee = source.kind === 'call' ? source.callee : source;
  if (callee.kind === 'member') callee = callee.object;
  const found = model.bindings.get(callee);
  return found?.kind === 'net' && found !== net ? found : undefined;
}

/** Where the net, or one that it stands for, is made to slide. */
export function slidingOf(net: NetDeclaration, model: Model): WrittenSliding | undefined {
  let at: NetDeclaration | undefined = net;
  // One that stands for more nets than that is reported, and so is one that stands for itself.
  for (let i = 0; at && i <= mostBases; i++, at = baseOf(at, model)) {
    const sliding = netSource(at.item)?.sliding;
    if (sliding) return sliding;
  }
  return undefined;
}

/** A net sees the values of the net that it extends: its frame lies inside the other's. Undefined where too many do (reported). */
function frameFor(net: NetDeclaration, session: Session): Frame | undefined {
  const chain = [net];
  for (
    let base = baseOf(net, session.model);
    base && !chain.includes(base);
    base = baseOf(base, session.model)
  ) {
    chain.push(base);
    if (chain.length <= mostBases) continue;
    session.report(
      diagnostic('network/blocks-too-deep', { name: base.name, limit: mostBases }, net.item.name.span),
    );
    return undefined;
  }
  return (
    chain.reduceRight<Frame | undefined>((frame) => childFrame(frame), undefined) ?? childFrame(undefined)
  );
}

function runDeclaration(net: NetDeclaration, args: readonly GivenArg[], outer: Site, run: Run): boolean {
  const { session } = run;
  if (session.model.broken.has(net)) return false;
  const site: Site = { ...outer, module: net.module };
  if (!bindParams(net.item.params, args, { name: net.name, at: run.at, site }, session)) return false;
  const own = ownReplacements(net, site);
  const { net: source, sliding } = netSource(net.item) ?? {};
  if (sliding && !noteSliding(sliding, site, run)) return false;
  if (source) {
    const base = evaluate(source, site, session);
    if (base.kind !== 'net' || !site.frame.parent) return notANet(base, source.span, session);
    const replacements = new Map([...own, ...run.replacements]);
    const inner: Site = { ...site, frame: site.frame.parent };
    const at: Application = { expr: source, piped: 'start' };
    if (!runDeclaration(base.declaration, base.args, inner, { ...run, at, replacements })) return false;
  }
  const named = new Map<string, OutStatement>();
  for (const statement of net.item.body?.statements ?? []) {
    if (statement.kind === 'out') reportSecondOutput(statement, named, session);
    runStatement(statement, site, run);
  }
  return !session.stopped;
}

/** Sizes may follow from the net's own parameters. False where they are wrong (reported). */
function noteSliding(written: WrittenSliding, site: Site, { slidesOver, session }: Run): boolean {
  const sizes = written.sizes && sizesOf(written.sizes, site, session);
  slidesOver.first ??= { written, sizes };
  return sizes !== undefined || written.sizes === undefined;
}

/** Without a name an output is called `out`. */
export function outputName({ name }: OutStatement): string {
  return name?.name ?? 'out';
}

/** An output may give another value to an output of the net that is extended, but a body names each once; `named` are those so far. */
function reportSecondOutput(out: OutStatement, named: Map<string, OutStatement>, session: Session): void {
  const name = outputName(out);
  const first = named.get(name);
  if (!first) return void named.set(name, out);
  const places = { first: (first.name ?? first).span, again: (out.name ?? out).span };
  session.report(declaredTwice(name, places));
}

function notANet(base: Value, span: InStatement['span'], session: Session): false {
  if (base.kind !== 'unknown')
    session.report(diagnostic('value/expected', { expected: 'a net', found: describe(base) }, span));
  return false;
}

function ownReplacements(net: NetDeclaration, site: Site): Run['replacements'] {
  const replacements = new Map<string, { statement: ReplaceStatement; site: Site }>();
  for (const statement of net.item.body?.statements ?? [])
    if (statement.kind === 'replace') replacements.set(statement.name.name, { statement, site });
  return replacements;
}

function runStatement(statement: Statement, site: Site, run: Run): void {
  const { session } = run;
  switch (statement.kind) {
    case 'in':
      return bind(statement, run.input(statement, site), site, run);
    case 'out':
      run.outputs.set(outputName(statement), { statement, site });
      return;
    // A replaced value is evaluated where the old one stood.
    case 'replace':
    case 'budget':
      return;
    case 'assign':
      return bind(statement, assigned(statement, site, run), site, run);
    default:
      if (isLoneStructure(statement)) reportLone(statement.value, session);
      else evaluateStatement(statement, site, session, 'applied');
  }
}

type LoneStructure = Extract<Statement, { kind: 'expr' }> & {
  readonly value: Extract<Expr, { kind: 'if' | 'repeat' | 'each' }>;
};

/** `if x.C == 3 { y = … }` as a statement of other languages: it changes nothing, and nothing flows into it. */
const isLoneStructure = (statement: Statement): statement is LoneStructure =>
  statement.kind === 'expr' && ['if', 'repeat', 'each'].includes(statement.value.kind);

function reportLone({ kind, span }: LoneStructure['value'], session: Session): void {
  const head = { ...span, end: span.start + kind.length };
  const title = `it is a layer, and gives a value: y = x -> ${kind} … { … }`;
  const fixes = [{ title, edits: [] }];
  session.report(diagnostic('network/no-incoming', { what: `this \`${kind}\`` }, head, { fixes }));
}

function assigned(statement: Extract<Statement, { kind: 'assign' }>, site: Site, run: Run): Value {
  const { session } = run;
  if (statement.trainOnly && session.mode === 'inference') return unknown;
  if (isBroken(statement.name, session)) return unknown;
  const replaced = run.replacements.get(statement.name.name);
  if (!replaced && reportMeantAsLayer(statement, site, session)) return unknown;
  const from = replaced ?? { statement, site };
  return flow(from.statement.value, enter({ ...from.site, path: site.path }, statement.name.name), session);
}

function bind(
  statement: Extract<Statement, { kind: 'in' | 'assign' }>,
  value: Value,
  site: Site,
  run: Run,
): void {
  const declaration = run.session.model.bindings.get(statement.name);
  if (declaration) site.frame.values.set(declaration, value);
  if (value.kind === 'tensor') run.values.set(statement.name.name, value.node);
}
