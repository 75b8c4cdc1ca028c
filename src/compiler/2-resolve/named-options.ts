/** Options that have no places, only names: `nms { iou = 0.4 }`, `branch head with stride = 8`. Each exists, and is given once. */
import type { Arg } from '../1-parse/ast.ts';
import { textOf } from '../1-parse/source.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { listedSpan } from '../diagnostics/fixes.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { givenTwice } from '../diagnostics/twice.ts';
import { bindExpr } from './bind-expr.ts';
import type { Place, Scope } from './names.ts';
import { unknownOption } from './options.ts';

interface Options {
  readonly known: readonly string[];
  /** Whose options they are. */
  readonly what: string;
}

export function bindNamedOptions(
  args: readonly Arg[],
  { known, what }: Options,
  scope: Scope,
  place: Place,
): void {
  const { names } = place;
  const given = new Map<string, Arg>();
  const free = known.filter((name) => args.every((arg) => arg.name?.name !== name));
  for (const [i, arg] of args.entries()) {
    bindExpr(arg.value, 'value', scope, place);
    const name = arg.name?.name;
    const first = name === undefined ? undefined : given.get(name);
    if (name === undefined) names.report(unnamedOption(arg, { known, what }, free));
    else if (!known.includes(name)) names.report(unknownOption(arg, known, what));
    else if (!first) given.set(name, arg);
    else {
      const listed = args.map(({ span }) => span);
      const fixes = [{ title: 'leave the second out', edits: [{ span: listedSpan(listed, i), text: '' }] }];
      names.report(givenTwice({ option: name, what }, { first: first.span, again: arg.span, fixes }));
    }
  }
}

/** `nms { 0.4 }`; `meant` are the options that it may be for. */
export function unnamedOption(arg: Arg, { known, what }: Options, meant: readonly string[]): Diagnostic {
  const text = textOf(arg.span);
  return diagnostic('names/no-option-name', { what }, arg.span, {
    notes: [{ word: 'note', text: `${what} has ${known.join(', ')}` }],
    fixes: meant.slice(0, 2).map((option) => ({
      title: `${option} = ${text}`,
      edits: [{ span: { ...arg.span, end: arg.span.start }, text: `${option} = ` }],
    })),
  });
}
