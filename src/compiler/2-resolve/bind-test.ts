/** Names in `test`: the net and its inputs have to be there; what they are given, and what outputs are compared with, may be constants. */
import type { Expr, Ident, TestItem } from '../1-parse/ast.ts';
import { rangeAround, rangeForm, toleranceWord } from '../1-parse/slips/tolerance.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { unknownWord } from '../diagnostics/unknown-word.ts';
import { netScope } from './bind-body.ts';
import { bindExpr } from './bind-expr.ts';
import { bindVariantName, reportOutside } from './bind-train.ts';
import { reportEmpty } from './empty.ts';
import type { NetDeclaration } from './model.ts';
import { bindName, childScope, type Place, type Scope } from './names.ts';

/** `test "a seven" of LeNet5 { digit = …  expect digit_class == "7" with p > 0.9 }`: the inputs exist. */
export function bindTest(item: TestItem, place: Place): void {
  reportEmpty(item.span, 'this test', place);
  const net = item.net ? bindVariantName(item, place) : onlyNet(place);
  const scope = net && netScope(net, place);
  const inputs = scope && !scope.extendsUnknown ? inputNames(scope) : undefined;
  for (const { name, value } of item.inputs) {
    if (inputs && net && !inputs.includes(name.name))
      place.names.report(toleranceAlone(name) ?? unknownWord(name, inputs, `input of ${net.name}`));
    if (value.kind === 'string') reportOutside(value, 'file/outside-project', place);
    bindExpr(value, 'value', childScope(undefined), place);
  }
  for (const { condition, with: probability } of item.expects) {
    bindConstants(condition, place);
    if (probability) bindConstants(probability, place);
  }
}

/** `expect y[0] == 1, tol = 1e-3`: what stands behind the comma looks like an input. */
function toleranceAlone({ name, span }: Ident): Diagnostic | undefined {
  if (!toleranceWord.test(name)) return undefined;
  const comma = /,?\s*$/.exec(span.source.text.slice(Math.max(0, span.start - 80), span.start))?.[0] ?? '';
  const args = { found: `\`${name}\``, expected: rangeForm };
  const fixes = rangeAround(span.source, span.start - comma.length);
  return diagnostic('syntax/unexpected', args, span, { fixes });
}

function onlyNet({ module }: Place): NetDeclaration | undefined {
  const [only, ...others] = module.file.items.filter((item) => item.kind === 'net');
  const found = only && others.length === 0 ? module.names.get(only.name.name) : undefined;
  return found?.kind === 'net' ? found : undefined;
}

function inputNames(scope: Scope): readonly string[] {
  const own = [...scope.names.values()].filter((d) => d.kind === 'value' && d.form === 'in');
  return [...(scope.parent ? inputNames(scope.parent) : []), ...own.map(({ name }) => name)];
}

/** Constants of the file in a condition; other names in it are outputs, which phase 3 knows. */
function bindConstants(expr: Expr, place: Place): void {
  switch (expr.kind) {
    case 'name':
      if (place.module.names.get(expr.name)?.kind === 'let')
        bindName(expr, 'value', childScope(undefined), place);
      return;
    case 'list':
    case 'tuple':
      return expr.items.forEach((item) => bindConstants(item, place));
    case 'call':
      return expr.args.forEach(({ value }) => bindConstants(value, place));
    case 'member':
      return bindConstants(expr.object, place);
    case 'index':
      return [expr.object, expr.index].forEach((part) => bindConstants(part, place));
    case 'unary':
      return bindConstants(expr.operand, place);
    case 'binary':
      return [expr.left, expr.right].forEach((part) => bindConstants(part, place));
    case 'range':
      return [expr.from, expr.to].forEach((part) => bindConstants(part, place));
    default:
      return;
  }
}
