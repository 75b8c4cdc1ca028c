/** Options of a layer beyond those that it has: `mean(H, W)`, `dropout(0,5)`, `flatten(1)`, `reshape(-1, 512)`. */
import { textOf, type Span } from '../../1-parse/source.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { called } from './block-arguments.ts';
import { inBrackets } from './listed-arguments.ts';
import type { Use } from '../problems.ts';
import type { GivenArg } from '../value.ts';

/** What was meant by more options than there are. */
export function withFewer(use: Use): readonly Fix[] {
  const listed = inBrackets(use);
  return listed.length > 0 ? listed : [...decimalComma(use), ...batchLeftOut(use), ...withoutSurplus(use)];
}

/** `dropout(0,5)`: a number by the comma of other languages. */
function decimalComma({ def, args }: Use): readonly Fix[] {
  if (def.params.length !== 1 || args.length !== 2 || def.params[0]?.kind !== 'float') return [];
  const span = spanOf(args);
  return /^\d+,\d+$/.test(textOf(span)) ? [replaceBy(textOf(span).replace(',', '.'), span)] : [];
}

/** `reshape(-1, 512)`, whose -1 is the batch, makes a vector; one size of several may follow from the others. */
export function batchLeftOut({ def, args, call }: Use): readonly Fix[] {
  if (def.name !== 'reshape' || call.kind !== 'call' || call.args.length !== args.length) return [];
  const sizes = args.map(({ name, value }) =>
    name === undefined && value.kind === 'number' ? value.value : undefined,
  );
  if (sizes.length < 2 || sizes.includes(undefined) || !sizes.includes(-1)) return [];
  if (sizes.length === 2) return [replaceBy('flatten', call.span)];
  const dims = `[${sizes.join(', ')}]`;
  return [{ ...replaceBy(dims, spanOf(args)), title: `reshape(${dims})` }];
}

/** `flatten(1)`: a layer without options stands by its name; values stay. */
function withoutSurplus({ def, call, args }: Use): readonly Fix[] {
  if (def.params.length > 0 || call.kind !== 'call') return [];
  const kept = call.args.filter((arg) => args.every((given) => given.arg !== arg));
  if (kept.length + args.length !== call.args.length) return [];
  return [replaceBy(called(call.callee, kept), call.span)];
}

function spanOf(args: readonly GivenArg[]): Span {
  const [first, last] = [args[0] as GivenArg, args.at(-1) as GivenArg];
  return { ...first.arg.span, end: last.arg.span.end };
}
