/** `x = Input(shape = (32, 32, 3))`, `x = tf.keras.Input(…)`: an input is a statement of its own. */
import type { AssignStatement } from '../../1-parse/ast.ts';
import { formsOfCall, inputMaker } from '../../1-parse/slips/input-heads.ts';
import { textOf } from '../../1-parse/source.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { isDeclared, type Place, type Scope } from '../names.ts';

/** Reports an input that is written as the value of a name; false for every other value. */
export function reportInputByCall(
  { name, value, span }: AssignStatement,
  scope: Scope,
  place: Place,
): boolean {
  if (value.kind !== 'call') return false;
  const { callee, args } = value;
  const maker = callee.kind === 'member' ? callee.member.name : callee.kind === 'name' ? callee.name : '';
  if (!inputMaker.test(maker) || (callee.kind === 'name' && isDeclared(maker, scope, place))) return false;
  const forms = formsOfCall(maker, args.map((arg) => textOf(arg.span)).join(', '));
  const where = `an input is a statement of its own: in ${name.name}: ${forms[0] ?? 'rgb 32x32'}`;
  place.names.report(
    diagnostic('syntax/misplaced', { word: textOf(callee.span), where }, callee.span, {
      fixes: forms.map((form) => replaceBy(`in ${name.name}: ${form}`, span)),
    }),
  );
  return true;
}
