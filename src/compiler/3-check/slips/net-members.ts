/** Members of nets as they are called elsewhere: `N.flops`, `N.count_params()`, and outputs, whose value was meant. */
import type { MemberExpr } from '../../1-parse/ast.ts';
import { textOf } from '../../1-parse/source.ts';
import { figureCalled, notesOn } from '../../2-resolve/figures.ts';
import type { NetDeclaration } from '../../2-resolve/model.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import type { Session } from '../session.ts';

/** Reports a member that stands for another one; false for every other. */
export function reportForeignMember(expr: MemberExpr, net: NetDeclaration, session: Session): boolean {
  const { name, span } = expr.member;
  const figure = figureCalled(name);
  const output = net.item.body?.statements.find((one) => one.kind === 'out' && one.name?.name === name);
  const value = output?.kind === 'out' ? valueOf(textOf(output.value.span)) : undefined;
  if (figure === undefined && !output) return false;
  const { source, end } = span;
  const [call = ''] = /^\(\s*\)/.exec(source.text.slice(end, end + 40)) ?? [];
  const meant = figure ?? value;
  const text =
    figure === undefined
      ? `${name} is an output of ${net.name}; its values are asked for by their own names`
      : `what is asked here is ${figure}`;
  session.report(
    diagnostic('value/no-member', { what: net.name, member: name }, span, {
      notes: [{ word: 'note', text }, ...(figure === undefined ? [] : notesOn(name, figure))],
      fixes: meant === undefined ? [] : [replaceBy(meant, { ...span, end: end + call.length })],
    }),
  );
  return true;
}

/** `y` of `tensor(y)`. */
const valueOf = (text: string): string | undefined => /^(?:\w+\()?\s*(\w+)\s*\)?$/.exec(text)?.[1];
