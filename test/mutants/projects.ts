/**
 * Projects of two files: one imports the other, and one checker watches the first while both are edited, and while the other goes away,
 * comes back, gets another name, or imports the first in turn. What it says is what a fresh check says.
 */
import fc from 'fast-check';
import { createChecker, type Source } from '../../src/compiler/index.ts';
import { corpus } from './corpus.ts';
import { equalsFresh, messagesHold, type Violations } from './laws.ts';
import { mutate, mutations, type Mutation } from './mutate.ts';
import { editableHost, freshCheck } from './project.ts';

/** A text that imports `./part.cnn`, and that file: a file of the standard library, as if it were the user's. */
interface Project {
  readonly name: string;
  readonly main: string;
  readonly part: string;
}

const library = new Map(corpus.map(({ path, text }) => [path, text]));

/** One for each file and each import of it. */
const projects: readonly Project[] = corpus.flatMap(({ path, text }) =>
  [...text.matchAll(/from ("(std\/[\w-]+)")/g)].flatMap(([, written = '', name = '']) => {
    const part = library.get(`${name}.cnn`);
    return part === undefined
      ? []
      : [{ name: `${path} with ${name}`, main: text.replaceAll(written, '"./part.cnn"'), part }];
  }),
);

type Step =
  | { readonly kind: 'main' | 'part'; readonly edits: readonly Mutation[] }
  /** Both texts as they were; the part goes away; it goes to another file, and the import follows it or not. */
  | { readonly kind: 'restore' | 'remove' | 'rename' | 'move' }
  /** The part imports a name of the first file. */
  | { readonly kind: 'cycle'; readonly at: number };

export interface ProjectCase {
  readonly project: Project;
  readonly steps: readonly Step[];
}

const edited = fc.record({ kind: fc.constantFrom('main' as const, 'part' as const), edits: mutations });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: edited },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('restore' as const, 'remove' as const, 'rename' as const, 'move' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cycle' as const), at: fc.nat(1000) }) },
);

export const projectCases: fc.Arbitrary<ProjectCase> = fc.record({
  project: fc.constantFrom(...projects),
  steps: fc.array(step, { minLength: 2, maxLength: 6, size: 'max' }),
});

const others = corpus.map(({ text }) => text);

/** Texts of the files of a project; undefined for one that is not there. */
type Files = Readonly<Record<'main.cnn' | 'part.cnn' | 'moved.cnn', string | undefined>>;

function after(files: Files, step: Step, { main, part }: Project): Files {
  const [now, there] = [files['main.cnn'] ?? '', files['part.cnn'] ?? files['moved.cnn'] ?? part];
  switch (step.kind) {
    case 'main':
      return { ...files, 'main.cnn': mutate(now, step.edits, others) };
    case 'part':
      return { ...files, 'part.cnn': mutate(there, step.edits, others) };
    case 'restore':
      return { 'main.cnn': main, 'part.cnn': part, 'moved.cnn': undefined };
    case 'remove':
      return { ...files, 'part.cnn': undefined };
    case 'rename':
      return { ...files, 'part.cnn': undefined, 'moved.cnn': there };
    case 'move':
      return {
        'main.cnn': now.replaceAll('./part.cnn', './moved.cnn'),
        'part.cnn': undefined,
        'moved.cnn': there,
      };
    case 'cycle': {
      const names = [...now.matchAll(/\b(?:net|block) (\w+)/g)].map(([, name = '']) => name);
      const name = names[step.at % Math.max(1, names.length)] ?? 'Absent';
      return { ...files, 'part.cnn': `use { ${name} } from "./main.cnn"\n${there}` };
    }
  }
}

/** What does not hold; empty where all does. */
export function projectViolations({ project, steps }: ProjectCase): Violations {
  const { host, edit } = editableHost();
  const checker = createChecker(host);
  let files = after({ 'main.cnn': '', 'part.cnn': '', 'moved.cnn': undefined }, { kind: 'restore' }, project);
  const textOf = (path: string): string | undefined =>
    Object.hasOwn(files, path) ? files[path as keyof Files] : undefined;
  const look = (): Violations => {
    for (const [path, text] of Object.entries(files)) edit(path, text);
    const source: Source = { path: 'main.cnn', text: files['main.cnn'] ?? '' };
    const warm = checker.check(source);
    return [...equalsFresh(warm, freshCheck(source, host)), ...messagesHold(warm.diagnostics, textOf)];
  };
  const broken = [...look()];
  for (const one of steps) {
    files = after(files, one, project);
    broken.push(...look().map((violation) => `after ${one.kind}: ${violation}`));
  }
  return broken;
}
