/** Names in a `train` that are no values of its net: its outputs, and what a loss compares with. */
import type { NameExpr, OutStatement } from '../1-parse/ast.ts';
import type { Diagnostic, Fix } from '../diagnostics/diagnostic.ts';
import { replaceBy } from '../diagnostics/fixes.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { NetDeclaration } from './model.ts';
import type { Scope } from './names.ts';

const isTarget = (name: string): boolean =>
  /^(?:targets?|labels?|truth|gt|ground_?truth|y_?true|expected|wanted)$/i.test(name);

/** What is said of such a name; undefined for others, and outside of a `train`. */
export function trainedName(expr: NameExpr, scope: Scope | undefined): Diagnostic | undefined {
  const net = netOf(scope);
  if (!net) return undefined;
  const output = outputOf(net, expr.name);
  const text = output
    ? `${expr.name} is an output of ${net.name}; training reads its values, which have names of their own`
    : 'what a loss compares with is an input, which training alone reads: in target: f32[10]';
  if (!output && !isTarget(expr.name)) return undefined;
  return diagnostic('names/unknown', { name: expr.name }, expr.span, {
    notes: [{ word: 'note', text }],
    fixes: output ? valueOf(output, expr) : [],
  });
}

function netOf(scope: Scope | undefined): NetDeclaration | undefined {
  for (let s = scope; s; s = s.parent) if (s.trains) return s.trains;
  return undefined;
}

function outputOf({ item }: NetDeclaration, name: string): OutStatement | undefined {
  return item.body?.statements.find((one) => one.kind === 'out' && one.name?.name === name) as
    OutStatement | undefined;
}

/** `out y: label(logits)`: `logits`. */
function valueOf({ value }: OutStatement, { span }: NameExpr): readonly Fix[] {
  const [of] = value.kind === 'call' ? value.args : [];
  return of?.value.kind === 'name' ? [replaceBy(of.value.name, span)] : [];
}
