/**
 * A TypeScript file built with ts-morph: declarations are structures (imports, interfaces, classes with their doc comments), bodies
 * are statements printed by `code.ts`. The library is loaded only when code is emitted.
 */
import type { SourceFile } from 'ts-morph';

/** The formatted text of the file that `build` fills. */
export async function typescriptFile(build: (file: SourceFile) => void): Promise<string> {
  const { IndentationText, Project, QuoteKind } = await import('ts-morph');
  const project = new Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    manipulationSettings: {
      indentationText: IndentationText.TwoSpaces,
      quoteKind: QuoteKind.Single,
      useTrailingCommas: true,
    },
  });
  const file = project.createSourceFile('emitted.ts');
  build(file);
  return file.getFullText();
}
