import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, expect, it } from 'vitest';
import { emitPackage } from '../../src/compiler/7-emit/package/index.ts';
import { kinds, variantOf } from './variants.ts';

const folder = mkdtempSync(join(tmpdir(), 'cnnc-types-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const use = `import { load, InputError, type Outputs } from './index.js';
const net = await load({ variant: 'auto' });
const out: Outputs = net.run({ image: { data: new Uint8Array(4), width: 1, height: 1 } });
export const value: Outputs['y'] = out.y;
export const failed = (error: unknown): boolean => error instanceof InputError;
// @ts-expect-error: no such input
net.run({ foto: [] });
`;

/** Extra lines that fit one kind of output only. */
const uses: Readonly<Record<string, string>> = {
  label: `export const name: 'a' | "it's" = out.y.top(3)[0]?.label ?? out.y.label;`,
  detect: `export const face: 'face' | undefined = out.y[0]?.label;`,
  prob: `// @ts-expect-error: twelve probabilities are a tensor\nexport const p: number = out.y;`,
};

function write(root: string, name: string, more: string): string {
  const kind = kinds[name as keyof typeof kinds];
  const figures = { params: 3, macs: 12 };
  mkdirSync(join(root, name), { recursive: true });
  for (const file of emitPackage({
    variants: [variantOf(kind)],
    net: 'Add',
    doc: 'A */ b',
    file: 'a',
    figures,
  }))
    writeFileSync(join(root, name, file.path), file.content);
  writeFileSync(join(root, name, 'use.ts'), `${use}${uses[name] ?? ''}\n${more}\n`);
  return join(root, name, 'use.ts');
}

/** What a project has of the types that differ from one to the next, and what then must not pass. */
const projects: Readonly<Record<string, { readonly lib: readonly string[]; readonly use: string }>> = {
  'of a browser': {
    lib: ['lib.es2024.d.ts', 'lib.dom.d.ts'],
    use: `const { signal } = new AbortController();
await load({ weights: new URL('https://example.org/weights.bin'), signal });
// @ts-expect-error: no AbortSignal
await load({ signal: { aborted: false, throwIfAborted: () => {} } });
// @ts-expect-error: no URL
await load({ weights: { href: 'https://example.org/weights.bin' } });`,
  },
  'without types of browsers or Node': {
    lib: ['lib.es2022.d.ts'],
    use: `await load({ weights: { href: 'https://example.org/weights.bin' }, signal: { aborted: false, throwIfAborted: () => {} } });
// @ts-expect-error: no address
await load({ weights: 1 });
// @ts-expect-error: no signal
await load({ signal: {} });`,
  },
};

it.each(Object.keys(projects))(
  'has types that check %s, and that fit a use, for every kind of output',
  (name) => {
    const { lib, use: more } = projects[name] ?? { lib: [], use: '' };
    const root = join(folder, name.replaceAll(' ', '-'));
    const compiled = ts.createProgram(
      Object.keys(kinds).map((kind) => write(root, kind, more)),
      {
        strict: true,
        noEmit: true,
        target: ts.ScriptTarget.ES2024,
        lib: [...lib],
        module: ts.ModuleKind.NodeNext,
        moduleResolution: ts.ModuleResolutionKind.NodeNext,
        types: [],
        skipDefaultLibCheck: true,
      },
    );
    const problems = ts
      .getPreEmitDiagnostics(compiled)
      .map(
        ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
      );
    expect(problems).toEqual([]);
  },
);
