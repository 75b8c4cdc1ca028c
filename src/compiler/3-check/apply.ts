/**
 * Applies layers, blocks, nets and instances to values. Each block gets a fresh frame for its parameters and a path segment
 * of its own; an instance keeps the path where it was made, and so its weights.
 */
import type { Expr, Param } from '../1-parse/ast.ts';
import type { Declaration } from '../2-resolve/model.ts';
import { unknownOption } from '../2-resolve/options.ts';
import type { Fix } from '../diagnostics/diagnostic.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { givenTwice } from '../diagnostics/twice.ts';
import { reportFlowing, reportSurplus } from './slips/block-arguments.ts';
import { evaluateBody } from './body.ts';
import { argument, flow } from './evaluate.ts';
import { childFrame, enter, type Site } from './frame.ts';
import { remembered } from './memo/index.ts';
import { applyNet } from './net-block.ts';
import { applyOperator } from './operator.ts';
import { limits, type Session } from './session.ts';
import { describe, tensorOf, unknown, type Callable, type GivenArg, type Value } from './value.ts';

/** How a value reaches a layer: as the first thing of an expression, or piped into a later stage. */
export type Piped = 'start' | 'stage';

/** The expression that applies, for places. */
export interface Application {
  readonly expr: Expr;
  readonly piped: Piped;
}

export function apply(value: Callable, at: Application, site: Site, session: Session): Value {
  switch (value.kind) {
    case 'identity':
      return site.incoming ? tensorOf(site.incoming) : noIncoming('identity', at, session);
    case 'op':
      return applyOperator(value, at, site, session);
    case 'block':
      return applyBlock(value, at, enterCall(value.expr, value.declaration.name, site, session), session);
    case 'net':
      return applyNet(value, at, enterCall(value.expr, value.declaration.name, site, session), session);
    case 'instance':
      return applyInstance(value, at, site, session);
  }
}

export function noIncoming(what: string, at: Application, session: Session): Value {
  session.report(
    diagnostic('network/no-incoming', { what }, at.expr.span, {
      fixes: [{ title: `write the value before it: x -> ${what}`, edits: [] }],
    }),
  );
  return unknown;
}

/** The site of a call: one path segment further in. */
export function enterCall(expr: Expr, name: string, site: Site, session: Session): Site {
  return enter(site, session.model.segments.get(expr) ?? name);
}

function applyBlock(
  value: Extract<Callable, { kind: 'block' }>,
  at: Application,
  site: Site,
  session: Session,
): Value {
  const inside = enterDeclaration(value.declaration, site, at, session);
  if (!inside) return unknown;
  return remembered(value, inside, session, () => evaluateBlock(value, at, inside, session));
}

function evaluateBlock(
  { declaration, args }: Extract<Callable, { kind: 'block' }>,
  at: Application,
  inside: Site,
  session: Session,
): Value {
  if (!bindParams(declaration.item.params, args, { name: declaration.name, at, site: inside }, session))
    return unknown;
  const { body } = declaration.item;
  const result =
    body.kind === 'body' ? evaluateBody(body, inside, session, 'applied') : flow(body, inside, session);
  if (result.kind === 'tensor' || result.kind === 'unknown') return result;
  session.report(
    diagnostic(
      'value/expected',
      { expected: `a value from ${declaration.name}`, found: describe(result) },
      at.expr.span,
    ),
  );
  return unknown;
}

/** A fresh frame inside a declaration; undefined where blocks are nested too deep (a block that is handed itself). */
export function enterDeclaration(
  declaration: Extract<Declaration, { kind: 'block' | 'net' }>,
  site: Site,
  at: Application,
  session: Session,
): Site | undefined {
  if (site.depth >= limits.depth) {
    session.report(
      diagnostic('network/blocks-too-deep', { name: declaration.name, limit: limits.depth }, at.expr.span),
    );
    return undefined;
  }
  const { incoming } = site;
  const depth = site.depth + 1;
  const { recording } = session;
  if (recording && depth > recording.depth) recording.depth = depth;
  return { ...site, module: declaration.module, frame: childFrame(undefined), self: incoming, depth };
}

interface Binding {
  readonly name: string;
  readonly at: Application;
  /** Inside the block: parameters are entered into its frame. */
  readonly site: Site;
}

/** Gives parameters their values; reports what is missing, unknown or of the wrong type and returns false then. */
export function bindParams(
  params: readonly Param[],
  args: readonly GivenArg[],
  binding: Binding,
  session: Session,
): boolean {
  const known = params.map((param) => param.name.name);
  if (reportFlowing({ ...binding, known, args, incoming: binding.site.incoming }, session)) return false;
  const given = new Map<string, GivenArg>();
  let fine = true;
  let position = 0;
  for (const arg of args) {
    const name = arg.name ?? known[position++];
    if (name === undefined) {
      // Once is enough: the fix leaves those after it out as well.
      if (position === known.length + 1) reportSurplus({ ...binding, known, args }, arg, session);
      fine = false;
    } else if (!known.includes(name)) {
      reportUnknownOption(arg, known, binding.name, session);
      fine = false;
    } else {
      const first = given.get(name);
      if (first) fine = reportTwice(name, { first, again: arg, what: binding.name }, session);
      given.set(name, arg);
    }
  }
  // What is missing may be what was given under another name, or in another place.
  const quiet = !fine;
  for (const param of params) {
    const arg = given.get(param.name.name);
    if (quiet && !arg && !param.default) continue;
    fine = bindParam(param, arg, binding, session) && fine;
  }
  return fine;
}

interface GivenTwice {
  readonly first: GivenArg;
  readonly again: GivenArg;
  /** Whose option it is. */
  readonly what: string;
  readonly fixes?: readonly Fix[];
}

/** One option has two values: the place of the second, and the first beside it. */
export function reportTwice(
  option: string,
  { first, again, what, fixes = [] }: GivenTwice,
  session: Session,
): false {
  session.report(givenTwice({ option, what }, { first: first.arg.span, again: again.arg.span, fixes }));
  return false;
}

function bindParam(
  param: Param,
  arg: GivenArg | undefined,
  { name, at, site }: Binding,
  session: Session,
): boolean {
  const declaration = session.model.bindings.get(param.name);
  const value = arg?.value ?? (param.default ? argument(param.default, site, session) : undefined);
  if (!value) {
    session.report(
      diagnostic('value/missing-argument', { what: name, option: param.name.name }, at.expr.span, {
        labels: [{ span: param.span, text: 'has no default' }],
      }),
    );
    return false;
  }
  if (declaration) site.frame.values.set(declaration, value);
  if (value.kind === 'unknown') return false;
  if (!param.type || fits(value, param.type.name)) return true;
  const span = arg?.arg.value.span ?? param.span;
  session.report(
    diagnostic(
      'value/expected',
      { expected: `${article(param.type.name)} for ${param.name.name}`, found: describe(value) },
      span,
    ),
  );
  return false;
}

function article(type: string): string {
  const names: Record<string, string> = {
    int: 'a whole number',
    float: 'a number',
    bool: 'true or false',
    string: 'a text',
  };
  return names[type] ?? `a ${type}`;
}

function fits(value: Value, type: string): boolean {
  switch (type) {
    case 'int':
      return value.kind === 'number' && Number.isInteger(value.value);
    case 'float':
      return value.kind === 'number';
    case 'bool':
    case 'string':
      return value.kind === type;
    case 'list':
      return value.kind === 'list' || value.kind === 'tuple';
    case 'block':
      return ['block', 'op', 'net', 'instance', 'identity'].includes(value.kind);
    default:
      return true;
  }
}

/** Reports an option that does not exist, unless phase 2 has. */
export function reportUnknownOption(
  { arg }: GivenArg,
  known: readonly string[],
  what: string,
  session: Session,
): void {
  if (!session.model.unknownOptions.has(arg)) session.report(unknownOption(arg, known, what));
}

function applyInstance(
  value: Extract<Callable, { kind: 'instance' }>,
  at: Application,
  site: Site,
  session: Session,
): Value {
  const again = value.uses.length > 0;
  value.uses.push({ input: site.incoming, expr: at.expr });
  const home: Site = {
    ...value.site,
    incoming: site.incoming,
    shared: again || value.site.shared,
    depth: site.depth,
  };
  return applyHere(value.of, at, home, session);
}

/** Applies without a path segment of its own: the instance's name is the segment. */
function applyHere(value: Callable, at: Application, site: Site, session: Session): Value {
  if (value.kind === 'block') return applyBlock(value, at, site, session);
  if (value.kind === 'net') return applyNet(value, at, site, session);
  if (value.kind === 'op') return applyOperator(value, at, site, session, 'at-site');
  return apply(value, at, site, session);
}
