/**
 * Names in an `out`, and its form: a kind of output takes one value and the options that it has, `of` names the classes of those kinds
 * that tell classes apart, and branches belong to `detect`. What the values are is phase 3's business (outputs.ts).
 */
import type { Arg, CallExpr, DetectBody, Expr, OutStatement } from '../1-parse/ast.ts';
import { textOf } from '../1-parse/source.ts';
import type { Fix } from '../diagnostics/diagnostic.ts';
import { leaveOut, listedSpan, replaceBy } from '../diagnostics/fixes.ts';
import { nearest } from '../diagnostics/nearest.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { givenTwice } from '../diagnostics/twice.ts';
import { bindExpr } from './bind-expr.ts';
import { isDeclared, lookup, type Place, type Scope } from './names.ts';
import { bindNamedOptions } from './named-options.ts';
import { unknownOption } from './options.ts';
import { reportOutputKind } from './output-kind.ts';
import {
  branchOptions,
  classLists,
  isBuiltin,
  nmsOptions,
  outputKinds,
  type OutputForm,
} from './vocabulary.ts';

/** An `out` that is written as a call of its kind. */
interface Written extends OutputForm {
  readonly kind: string;
  readonly call: CallExpr;
  readonly of: Expr | undefined;
}

export function bindOut(statement: OutStatement, scope: Scope, place: Place): void {
  const { value, of, detect } = statement;
  const written = writtenKind(statement);
  if (written) bindArguments(written, scope, place);
  else if (!reportOutputKind(value, scope, place)) bindExpr(value, 'value', scope, place);
  if (of) bindClasses(of, scope, place);
  if (of && !written?.classes && value.kind !== 'broken-expr') reportNoClasses(of, statement, written, place);
  if (!detect) return;
  bindDetect(detect, scope, place);
  // Without its parentheses `detect` was reported.
  if (written?.kind !== 'detect' && !isNamed(value, 'detect')) reportBranches(detect, place);
}

const isNamed = (expr: Expr, name: string): boolean => expr.kind === 'name' && expr.name === name;

function writtenKind({ value, of }: OutStatement): Written | undefined {
  if (value.kind !== 'call' || value.callee.kind !== 'name') return undefined;
  const kind = value.callee.name;
  const form = outputKinds.get(kind);
  return form && { ...form, kind, call: value, of };
}

/** What is given to a kind of output: its value without a name, then its options by place or by name, each once. */
function bindArguments(written: Written, scope: Scope, place: Place): void {
  const { call, options, reads } = written;
  const given = new Map<string, Arg>();
  let position = reads ? -1 : 0;
  for (const arg of call.args) {
    const named = arg.name?.name;
    // The value has no name of its own; the places of options are counted behind it.
    const seat = named ?? (position++ < 0 ? 'value' : options[position - 1]);
    if (seat === 'value') bindExpr(arg.value, 'value', scope, place);
    else bindClasses(arg.value, scope, place);
    if (seat === undefined || isHead(arg, written)) reportExtra(arg, written, place);
    else if (named !== undefined && !options.includes(named)) reportUnknown(arg, written, place);
    else if (given.has(seat))
      reportAgain(seat, { first: given.get(seat) ?? arg, again: arg }, written, place);
    else given.set(seat, arg);
  }
}

/** `detect(y, classes = 2)`: what flows into it stands in its branches. */
function isHead({ name }: Arg, { reads, options, call }: Written): boolean {
  if (reads || name) return false;
  return options.every((option) => call.args.some((other) => other.name?.name === option));
}

function without(arg: Arg, { call }: Written): Fix['edits'][number] {
  const listed = call.args.map(({ span }) => span);
  return { span: listedSpan(listed, call.args.indexOf(arg)), text: '' };
}

/** `label(y, ["cat", "dog"])`: the names belong behind the call. */
function asClasses(arg: Arg, written: Written): readonly Fix[] {
  const { call, of, classes } = written;
  const names = ['list', 'string'].includes(arg.value.kind) || arg.name?.name === 'of';
  if (!classes || of || !names) return [];
  const text = ` of ${textOf(arg.value.span)}`;
  const behind = { ...call.span, start: call.span.end };
  return [{ title: `${written.kind}(…)${text}`, edits: [without(arg, written), { span: behind, text }] }];
}

function reportExtra(arg: Arg, written: Written, { names }: Place): void {
  const { kind, options, reads } = written;
  const note = reads
    ? []
    : [{ word: 'note', text: 'heads are branches: detect(…) { branch head anchors […] }' } as const];
  const behind = asClasses(arg, written);
  const fixes =
    behind.length > 0 ? behind : [{ title: `leave ${textOf(arg.span)} out`, edits: [without(arg, written)] }];
  const args = { what: kind, count: options.length === 0 ? 'none' : options.length };
  names.unknownOptions.add(arg);
  names.report(diagnostic('value/too-many-arguments', args, arg.span, { fixes, notes: note }));
}

function reportUnknown(arg: Arg, written: Written, { names }: Place): void {
  const { kind, options, of } = written;
  if (arg.name?.name === 'of' && of) {
    const fixes = [{ title: 'leave the first out', edits: [without(arg, written)] }];
    const places = { first: arg.span, again: of.span, fixes };
    return names.report(givenTwice({ option: 'of', what: kind }, places));
  }
  names.unknownOptions.add(arg);
  const found = unknownOption(arg, options, kind);
  const meant = found.fixes.length > 0 ? found.fixes : asOption(arg, written);
  names.report({ ...found, fixes: meant.length > 0 ? meant : asClasses(arg, written) });
}

/** `label(value = y)` is the value itself, `detect(of = …)` says the classes. */
function asOption({ name, value, span }: Arg, { kind, call, reads }: Written): readonly Fix[] {
  const isGiven = (option: string | undefined): boolean => call.args.some((arg) => arg.name?.name === option);
  if (name?.name === 'of' && kind === 'detect' && !isGiven('classes'))
    return [replaceBy('classes', name.span)];
  const first = reads && name?.name !== 'of' && !isGiven(undefined);
  return first
    ? [{ title: `${kind}(${textOf(value.span)})`, edits: [{ span, text: textOf(value.span) }] }]
    : [];
}

function reportAgain(
  option: string,
  { first, again }: { readonly first: Arg; readonly again: Arg },
  written: Written,
  { names }: Place,
): void {
  const fixes = [{ title: 'leave the second out', edits: [without(again, written)] }];
  names.report(givenTwice({ option, what: written.kind }, { first: first.span, again: again.span, fixes }));
}

/** Class names: a well-known list, or an expression. Names in a list that nothing is called by were meant as texts. */
function bindClasses(of: Expr, scope: Scope, place: Place): void {
  if (isClassList(of, scope, place)) return;
  const near =
    of.kind === 'name' && !isKnown(of.name, scope, place)
      ? nearest(of.name, Object.keys(classLists))
      : undefined;
  const bare =
    of.kind === 'list'
      ? of.items.filter((item) => item.kind === 'name' && !isKnown(item.name, scope, place))
      : [];
  if (of.kind === 'name' && near !== undefined) {
    const fixes = [replaceBy(near, of.span)];
    place.names.report(
      diagnostic('names/unknown', { name: of.name }, of.span, { label: `did you mean ${near}?`, fixes }),
    );
  } else if (bare.length > 0) reportUnquoted(bare, place);
  else bindExpr(of, 'value', scope, place);
}

function reportUnquoted(bare: readonly Expr[], { names }: Place): void {
  const [first] = bare;
  if (!first) return;
  const edits = bare.map(({ span }) => ({ span, text: `"${textOf(span)}"` }));
  const args = { expected: 'a text in quotes', found: `the name ${textOf(first.span)}` };
  const fixes = [{ title: edits.map(({ text }) => text).join(', '), edits }];
  names.report(diagnostic('value/expected', args, first.span, { fixes }));
}

const isKnown = (name: string, scope: Scope, place: Place): boolean =>
  isBuiltin(name) || isDeclared(name, scope, place);

function isClassList(of: Expr, scope: Scope, { module }: Place): boolean {
  if (of.kind !== 'name' || !Object.hasOwn(classLists, of.name)) return false;
  return lookup(of.name, scope) === undefined && !module.names.has(of.name);
}

/** `tensor(y) of ["cat", "dog"]`. */
function reportNoClasses(
  of: Expr,
  { value }: OutStatement,
  written: Written | undefined,
  { names }: Place,
): void {
  const kinds = [...outputKinds].flatMap(([kind, { classes }]) => (classes ? [kind] : []));
  const behind = { ...of.span, start: value.span.end };
  names.report(
    diagnostic('network/no-classes', { kind: written?.kind ?? 'a value alone' }, of.span, {
      notes: [{ word: 'note', text: `classes are named by ${kinds.join(', ')}` }],
      fixes: [leaveOut(textOf(behind).trim(), behind)],
    }),
  );
}

function bindDetect({ branches, nms }: DetectBody, scope: Scope, place: Place): void {
  for (const { value, anchors, options } of branches) {
    bindExpr(value, 'value', scope, place);
    if (anchors) bindExpr(anchors, 'value', scope, place);
    bindNamedOptions(options, { known: branchOptions, what: 'branch' }, scope, place);
  }
  bindNamedOptions(nms, { known: nmsOptions, what: 'nms' }, scope, place);
}

function reportBranches({ span }: DetectBody, { names }: Place): void {
  const where = 'branches and nms in braces stand behind detect(…) only';
  const word = /\w+/.exec(textOf(span))?.[0] ?? '{ }';
  const fixes = [leaveOut('the braces', span)];
  names.report(diagnostic('syntax/misplaced', { word, where }, span, { fixes }));
}
