/**
 * Layers that were given a name where nothing flows into them: `l = conv(8, 3)` and `x -> l`, as other languages name modules, and
 * `let l = add { … }`. A `let` names a layer; several are a block, of which a `let` makes one instance.
 */
import { besideOthers } from '../../1-parse/alone.ts';
import type { Arg, Expr, Statement } from '../../1-parse/ast.ts';
import { capitalised } from '../../1-parse/slips/naming.ts';
import { textOf } from '../../1-parse/source.ts';
import type { Declaration } from '../../2-resolve/model.ts';
import { operatorNames } from '../../2-resolve/vocabulary.ts';
import type { Edit, Fix } from '../../diagnostics/diagnostic.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import type { Frame, Site } from '../frame.ts';
import type { Session } from '../session.ts';

type Named = Extract<Statement, { kind: 'assign' | 'let' }>;

/** Reports a named value that waits for something to flow in, and is a layer where it is used; false for every other one. */
export function reportMeantAsLayer(statement: Named, site: Site, session: Session): boolean {
  const { kind, value, name } = statement;
  const isOne = value.kind === 'name' || value.kind === 'call';
  if (site.incoming || (kind === 'let' && isOne) || !readsIncoming(value, session)) return false;
  const declaration = session.model.bindings.get(name);
  const uses = (declaration && session.model.asLayers.get(declaration)) ?? [];
  if (kind === 'assign' && uses.length === 0) return false;
  const what = isOne ? textOf(value.span) : `the layers of \`${name.name}\``;
  const text = isOne
    ? 'a layer that is used by its name is one instance: `let name = layer`'
    : '`let` names a layer; several are a block, of which `let name = Block()` makes one instance';
  const fixes = isOne ? asLet(statement, uses) : asBlock(statement, uses, site);
  session.report(
    diagnostic('network/no-incoming', { what }, value.span, { notes: [{ word: 'note', text }], fixes }),
  );
  return true;
}

/** Whether an expression begins with a layer, and so works on what flows in. */
function readsIncoming(expr: Expr, session: Session): boolean {
  switch (expr.kind) {
    case 'pipeline':
      return expr.stages[0] !== undefined && readsIncoming(expr.stages[0].expr, session);
    case 'merge':
      return expr.branches.some(({ value }) => readsIncoming(value, session));
    case 'repeat':
    case 'each':
      return true;
    case 'name':
      return isLayer(expr, session);
    case 'call':
      return isLayer(expr.callee, session) && !expr.args.some((arg) => isValue(arg, session));
    default:
      return false;
  }
}

function isLayer(expr: Expr, { model }: Session): boolean {
  if (expr.kind !== 'name') return false;
  const { kind } = model.bindings.get(expr) ?? {};
  return kind === undefined ? operatorNames.has(expr.name) : kind === 'block' || kind === 'net';
}

/** What a layer is given to work on; by its name it would be an option. */
function isValue({ name, value }: Arg, { model }: Session): boolean {
  if (name) return false;
  if (value.kind === 'name') return model.bindings.get(value)?.kind === 'value';
  return value.kind === 'pipeline' || value.kind === 'merge' || value.kind === 'call';
}

function asLet({ name }: Named, uses: readonly Use[]): readonly Fix[] {
  const { source, start } = name.span;
  const word = { span: { source, start, end: start }, text: 'let ' };
  return [{ title: `let ${name.name} = …`, edits: [word, ...asStages(uses)] }];
}

type Use = NonNullable<ReturnType<Session['model']['asLayers']['get']>>[number];

/** `l(x)` as `x -> l`. */
const asStages = (uses: readonly Use[]): readonly Edit[] =>
  uses.flatMap((use) => {
    if (use.kind !== 'call' || !use.args[0]) return [];
    const text = `${textOf(use.args[0].span)} -> ${textOf(use.callee.span)}`;
    return [{ span: use.span, text: besideOthers(text, use.span) }];
  });

/** A block beside the declaration; none where it reads what is named in there. */
function asBlock({ kind, name, value }: Named, uses: readonly Use[], site: Site): readonly Fix[] {
  const { source } = value.span;
  const item = site.module.file.items.find(
    ({ span }) => span.start <= name.span.start && name.span.end <= span.end,
  );
  const written = textOf(value.span);
  if (!item || readsLocal(written, site.frame)) return [];
  const block = freshBlock(name.name, site);
  const edits = [
    { span: value.span, text: `${block}()` },
    {
      span: { source, start: item.span.end, end: item.span.end },
      text: `\n\nblock ${block} = ${unindented(written)}`,
    },
    ...asStages(uses),
  ];
  const word = { span: { ...name.span, end: name.span.start }, text: 'let ' };
  return [{ title: `block ${block} = …`, edits: kind === 'let' ? edits : [word, ...edits] }];
}

/** A name for a block that nothing in the file has, like that of the value. */
function freshBlock(name: string, { module, frame }: Site): string {
  const capital = capitalised(name);
  const taken = new Set([name, ...namesIn(frame)]);
  const isFree = (one: string): boolean => !module.names.has(one) && !taken.has(one);
  let block = capital;
  for (let i = 2; !isFree(block); i++) block = `${capital}${i}`;
  return block;
}

function* namesIn(frame: Frame | undefined): Iterable<string> {
  for (let f = frame; f; f = f.parent)
    for (const { name } of f.values.keys() as Iterable<Declaration>) yield name;
}

/** Whether a text mentions a name of the declaration that it stands in. */
function readsLocal(text: string, frame: Frame | undefined): boolean {
  const words = new Set(text.match(/[A-Za-z_]\w*/g));
  return words.has('in') || [...namesIn(frame)].some((name) => words.has(name));
}

/** Lines that stood in braces, outside of them. */
function unindented(text: string): string {
  const [, indent = ''] = /\n([ \t]*)[^\n]*$/.exec(text) ?? [];
  return text.replaceAll(`\n${indent}`, '\n');
}
