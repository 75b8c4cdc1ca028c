/**
 * Blocks that would contain themselves. A net is a finite picture: recursion between blocks, nets and constants has no size.
 * Depth-first search over "who mentions whom", without recursion of its own.
 */
import type { Span } from '../1-parse/source.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { showCount } from '../diagnostics/count.ts';
import type { Declaration } from './model.ts';
import type { Names } from './names.ts';

interface Step {
  readonly declaration: Declaration;
  next: number;
}

/** Reports each cycle once, at the mention that closes it. Returns the declarations that take part. */
export function reportCircular(names: Names): ReadonlySet<Declaration> {
  const state = new Map<Declaration, 'open' | 'done'>();
  const circular = new Set<Declaration>();
  for (const root of names.mentions.keys()) {
    if (state.has(root)) continue;
    const path: Step[] = [{ declaration: root, next: 0 }];
    state.set(root, 'open');
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const mention = names.mentions.get(top.declaration)?.[top.next++];
      if (!mention) {
        state.set(top.declaration, 'done');
        path.pop();
      } else if (state.get(mention.to) === 'open') {
        const from = path.findIndex((step) => step.declaration === mention.to);
        report(
          path.slice(from).map((step) => step.declaration),
          mention.span,
          names,
          circular,
        );
      } else if (!state.has(mention.to)) {
        state.set(mention.to, 'open');
        path.push({ declaration: mention.to, next: 0 });
      }
    }
  }
  return circular;
}

function report(cycle: readonly Declaration[], span: Span, names: Names, circular: Set<Declaration>): void {
  if (cycle.some((declaration) => circular.has(declaration))) return;
  for (const declaration of cycle) circular.add(declaration);
  const first = cycle[0];
  if (!first) return;
  names.report(
    diagnostic('names/circular', { name: first.name }, span, {
      label: cycle.length === 1 ? 'inside itself' : 'and here the circle closes',
      labels: cycle.map((declaration) => ({ span: declaration.span, text: 'part of the circle' })),
      notes: [
        { word: 'trail', text: trail([...cycle, first].map(({ name }) => name)) },
        {
          word: 'why',
          text: 'every shape is known before anything runs, so a net has a finite number of layers',
        },
      ],
      fixes: [
        {
          title: cycle.some(({ kind }) => kind === 'net')
            ? 'let one of them stand on its own'
            : 'write the repetition with repeat(n) { … }',
          edits: [],
        },
      ],
    }),
  );
}

/** Names of a trail that are shown at each end. */
const mostShown = 10;

/** `A -> B -> A`; of a long one both ends, and how many are between them. */
function trail(names: readonly string[]): string {
  const left = names.length - 2 * mostShown;
  const shown =
    left < 2
      ? names
      : [...names.slice(0, mostShown), `… ${showCount(left)} more …`, ...names.slice(-mostShown)];
  return shown.join(' -> ');
}
