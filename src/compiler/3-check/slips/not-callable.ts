/** What is called and is no layer, but was made of one: an instance, a filter. */
import type { CallExpr } from '../../1-parse/ast.ts';
import { textOf } from '../../1-parse/source.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import type { GivenArg, Value } from '../value.ts';

/** How the call was meant. */
export function mendCall(callee: Value, expr: CallExpr, args: readonly GivenArg[]): readonly Fix[] {
  if (callee.kind === 'instance') return asStage(expr, args);
  return callee.kind === 'array' ? withKernel(callee.name, expr) : [];
}

/** `f()` and `f(x)` of an instance, which has its options already: `f`, and `x -> f`. */
function asStage({ callee, span }: CallExpr, args: readonly GivenArg[]): readonly Fix[] {
  const name = textOf(callee.span);
  const [first] = args;
  if (!first) return [replaceBy(name, span)];
  if (args.length > 1 || first.value.kind !== 'tensor') return [];
  return [replaceBy(`(${textOf(first.arg.span)} -> ${name})`, span)];
}

/** `S(x)`, `S(stride = 2)`: a filter is the kernel of a `conv`. */
function withKernel(name: string, { callee, args, span }: CallExpr): readonly Fix[] {
  const end = { ...span, start: span.end - 1, end: span.end - 1 };
  const edits = [
    { span: callee.span, text: 'conv' },
    { span: end, text: `${args.length > 0 ? ', ' : ''}kernel = ${textOf(callee.span)}` },
  ];
  return [{ title: `conv(kernel = ${name})`, edits }];
}
