/** One case: a file of the corpus, two mutants of it, and what holds while one checker sees the file, a mutant, the file, the other. */
import fc from 'fast-check';
import { createChecker, type Source } from '../../src/compiler/index.ts';
import { corpus } from './corpus.ts';
import { equalsFresh, fixesHold, formatHolds, messagesHold, netsHold, type Violations } from './laws.ts';
import { mutate, mutations, type Mutation } from './mutate.ts';
import { editableHost, freshCheck } from './project.ts';

export interface Case {
  readonly file: Source;
  readonly first: readonly Mutation[];
  readonly second: readonly Mutation[];
}

const others = corpus.map(({ text }) => text);

export const cases: fc.Arbitrary<Case> = fc.record({
  file: fc.constantFrom(...corpus),
  first: mutations,
  second: mutations,
});

/** How many fixes of one text are tried. */
const mostFixes = 3;

/** What does not hold; empty where all does. */
export function violationsOf({ file, first, second }: Case): Violations {
  const { host, edit } = editableHost();
  const checker = createChecker(host);
  const texts = [file.text, mutate(file.text, first, others), file.text, mutate(file.text, second, others)];
  return texts.flatMap((text, step) => {
    const source = { ...file, text };
    edit(file.path, text);
    const warm = checker.check(source);
    // A first check remembers nothing yet.
    if (step === 0) return [];
    const fresh = freshCheck(source, host);
    const textOf = (path: string) => (path === file.path ? text : undefined);
    return [
      ...equalsFresh(warm, fresh),
      ...(text === file.text
        ? []
        : [
            ...messagesHold(warm.diagnostics, textOf),
            ...fixesHold(source, warm.diagnostics, host, mostFixes),
            ...formatHolds(source, fresh, host),
            ...netsHold(fresh),
          ]),
    ];
  });
}
