/**
 * Reports that a net does not fit together for every size: both places, a counter-example near the default, and the `where`
 * that makes it hold.
 */
import type { InStatement } from '../1-parse/ast.ts';
import { textOf, type Span } from '../1-parse/source.ts';
import type { Edit, Fix } from '../diagnostics/diagnostic.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { Dim } from '../ir/dim.ts';
import type { Session } from './session.ts';
import { baseNames, coveringModulus, modulusIn, showSize } from './sizes.ts';
import type { Disagreement } from './symbolic-types.ts';

/** One diagnostic for the first disagreement of each net; its fix covers all of them. */
export function reportDisagreements(session: Session): void {
  const [first] = session.disagreements;
  if (!first) return;
  const [earlier, later] = first.spans;
  const [a, b] = first.sizes;
  session.report(
    diagnostic('shape/not-for-every-size', { axis: first.axis }, later, {
      label: sameSpan(earlier, later) ? `${showSize(b)}   --   ${showSize(a)}` : showSize(b),
      labels: sameSpan(earlier, later) ? [] : [{ span: earlier, text: showSize(a) }],
      notes: [{ word: 'why', text: why(first, session) }],
      fixes: fixes(session),
    }),
  );
}

function sameSpan(a: Span, b: Span): boolean {
  return a.source === b.source && a.start === b.start && a.end === b.end;
}

/** "they differ when H is odd: H = 225 gives 224 and 225". */
function why({ sizes, decision }: Disagreement, session: Session): string {
  const [a, b] = sizes;
  const names = namesOf([sizes], session);
  const [name = ''] = names;
  const m = names.length === 1 ? coveringModulus(name, [[a, b]], session.named) : undefined;
  const when =
    m === undefined ? '' : m === 2 ? ` when ${name} is odd` : ` when ${name} is no multiple of ${m}`;
  const example = names.map((n) => `${n} = ${decision.example[n]}`).join(', ');
  return `they differ${when}: ${example} gives ${decision.values.join(' and ')}`;
}

function namesOf(pairs: readonly (readonly [Dim, Dim])[], session: Session): readonly string[] {
  return [...new Set(pairs.flat().flatMap((dim) => baseNames(dim, session.named)))];
}

/** The divisibility of each name that makes all of the net's disagreements vanish, as edits of its inputs. */
function fixes(session: Session): readonly Fix[] {
  const pairsOf = new Map<string, (readonly [Dim, Dim])[]>();
  for (const { sizes } of session.disagreements)
    for (const name of namesOf([sizes], session)) {
      const own = pairsOf.get(name);
      if (own) own.push(sizes);
      else pairsOf.set(name, [sizes]);
    }
  const found = [...pairsOf].map(([name, own]) => ({ name, m: coveringModulus(name, own, session.named) }));
  const covered = found.filter((f): f is { name: string; m: number } => f.m !== undefined);
  const input = session.named.sizes.get(covered[0]?.name ?? '')?.input;
  if (!input || covered.length < found.length)
    return [
      { title: 'bring both values to one size before they meet: crop or pad the larger one', edits: [] },
    ];
  const conditions = covered.map(({ name, m }) => `${name} % ${m} == 0`);
  const dims = input.dims.map((dim) => textOf(dim.span)).join(', ');
  const title = `in ${input.name.name}: ${input.type.name}[${dims}] where ${conditions.join(', ')}`;
  return [{ title, edits: whereEdits(input, covered) }];
}

/** Raises the divisors that `where` has already, and adds the others. */
function whereEdits(
  input: InStatement,
  covered: readonly { readonly name: string; readonly m: number }[],
): readonly Edit[] {
  const edits: Edit[] = [];
  const added: string[] = [];
  for (const { name, m } of covered) {
    const present = input.where.find((condition) => modulusIn(condition, name) !== undefined);
    if (present) edits.push({ span: present.span, text: `${name} % ${m} == 0` });
    else added.push(`${name} % ${m} == 0`);
  }
  if (added.length > 0) edits.push(insertion(input, added.join(', ')));
  return edits;
}

function insertion(input: InStatement, conditions: string): Edit {
  const last = input.where.at(-1);
  const after = last ?? input.default ?? input.dims.at(-1) ?? input.type;
  const { source } = after.span;
  // Behind `[H, W]` the bracket belongs to the sizes.
  const bracket = after === input.dims.at(-1) ? source.text.indexOf(']', after.span.end) + 1 : 0;
  const at = bracket > 0 ? bracket : after.span.end;
  return { span: { source, start: at, end: at }, text: last ? `, ${conditions}` : ` where ${conditions}` };
}
