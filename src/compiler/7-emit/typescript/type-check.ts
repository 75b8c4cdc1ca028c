/** Type-checks emitted TypeScript against the packages it imports, under the strictest settings a user may have. */
import { join } from 'node:path';

/** One message per error, `file.ts:3:7 …`. `files` are by name; imports of packages are resolved from `root`. */
export async function typeErrors(
  files: Readonly<Record<string, string>>,
  { root }: { readonly root: string },
): Promise<readonly string[]> {
  const { ModuleKind, ModuleResolutionKind, Project, ScriptTarget } = await import('ts-morph');
  const project = new Project({
    compilerOptions: {
      target: ScriptTarget.ES2022,
      lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
      module: ModuleKind.ESNext,
      moduleResolution: ModuleResolutionKind.Bundler,
      types: [],
      noEmit: true,
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      noImplicitOverride: true,
      noImplicitReturns: true,
      noUnusedLocals: true,
      noUnusedParameters: true,
      verbatimModuleSyntax: true,
      isolatedModules: true,
      erasableSyntaxOnly: true,
      skipLibCheck: true,
    },
  });
  for (const [name, text] of Object.entries(files)) project.createSourceFile(join(root, name), text);
  return project.getPreEmitDiagnostics().map((diagnostic) => {
    const message = diagnostic.getMessageText();
    const where = diagnostic.getSourceFile();
    const start = diagnostic.getStart() ?? 0;
    const place = where
      ? `${where.getBaseName()}:${diagnostic.getLineNumber()}:${where.getLineAndColumnAtPos(start).column} `
      : '';
    return `${place}${typeof message === 'string' ? message : message.getMessageText()}`;
  });
}
