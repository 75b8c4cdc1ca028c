/** Words that other languages put before `name = …`: here the name stands alone, and a constant behind `let`. */
import type { Body, Expr, Statement } from '../../1-parse/ast.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { leaveOut, replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { lookup, type Place, type Scope } from '../names.ts';
import { isBuiltin } from '../vocabulary.ts';

/** What stands in the place of `replace` of a net that extends another. */
const replacing = /^(?:overrides?|overridden|replaces|replaced|redefine|update|super)$/;

/** What is a word of no value, directly before a statement that names one: reported, and undefined where it is not. */
export function reportWordBefore({ statements }: Body, i: number, scope: Scope, place: Place): boolean {
  const [word, named] = [statements[i], statements[i + 1]];
  if (word?.kind !== 'expr' || word.value.kind !== 'name' || !named || !isNext(word, named)) return false;
  const { name, span } = word.value;
  if (isBuiltin(name) || lookup(name, scope) || place.module.names.has(name)) return false;
  const blank = { ...span, end: named.span.start };
  const { where, fixes } = meant(name, named, { span, blank, place });
  place.names.report(diagnostic('syntax/misplaced', { word: name, where }, span, { fixes }));
  return true;
}

/** On one line, with nothing in between. */
function isNext({ span }: Statement, { span: next, kind }: Statement): boolean {
  if (!['assign', 'let', 'in', 'out', 'replace', 'assert', 'budget'].includes(kind)) return false;
  return /^[ \t]+$/.test(span.source.text.slice(span.end, next.start));
}

/** `override y = …` of a net that extends another replaces a value. */
export function asMeant(named: Statement, before: Statement, { owner }: Place): Statement {
  const extending = owner?.kind === 'net' && owner.item.base !== undefined;
  if (named.kind !== 'assign' || before.kind !== 'expr' || before.value.kind !== 'name') return named;
  if (!extending || !replacing.test(before.value.name)) return named;
  return { kind: 'replace', name: named.name, value: named.value, span: named.span };
}

interface Word {
  readonly span: Statement['span'];
  /** With the blanks behind it. */
  readonly blank: Statement['span'];
  readonly place: Place;
}

function meant(
  name: string,
  named: Statement,
  { span, blank, place }: Word,
): { readonly where: string; readonly fixes: readonly Fix[] } {
  const alone = [leaveOut(name, blank)];
  if (named.kind !== 'assign') return { where: 'the statement begins with its own word', fixes: alone };
  const { owner } = place;
  const extending = owner?.kind === 'net' && owner.item.base !== undefined;
  if (replacing.test(name) && extending)
    return { where: 'did you mean `replace`?', fixes: [replaceBy('replace', span)] };
  if (isConstant(named.value))
    return { where: 'a constant is `let name = …`', fixes: [replaceBy('let', span)] };
  return { where: 'a value is named by `name = …` alone', fixes: alone };
}

/** Numbers, texts and lists of them. */
function isConstant(value: Expr): boolean {
  switch (value.kind) {
    case 'number':
    case 'size':
    case 'string':
    case 'bool':
      return true;
    case 'list':
    case 'tuple':
      return value.items.every(isConstant);
    case 'unary':
      return isConstant(value.operand);
    case 'binary':
      return isConstant(value.left) && isConstant(value.right);
    default:
      return false;
  }
}
