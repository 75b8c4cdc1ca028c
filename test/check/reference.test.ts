/** Every example of docs/language.md checks without a message, names that nothing uses aside, and its nets compile. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  instantiate,
  netsOf,
  nodeHost,
  optimize,
  plan,
  resolve,
  type Host,
} from '../../src/compiler/index.ts';
import { diagnose } from '../diagnostics/diagnose.ts';

const path = join(import.meta.dirname, '../../docs/language.md');
const examples = [...readFileSync(path, 'utf8').matchAll(/^```cnn\n([^]*?)^```/gm)].map(
  ([, text = '']) => text,
);

/** What lies beside the examples. */
const files: Readonly<Record<string, string>> = {
  'blocks.cnn': 'export block Stem(c) = conv(c, 3) -> relu\n',
  'node_modules/@scope/package/index.cnn': 'export block Detector = conv(3, 1)\n',
  'labels.txt': Array.from({ length: 1000 }, (_, i) => `label ${i}`).join('\n'),
};
/** Files that are there, and that nothing here reads. */
const binary: readonly string[] = ['resnet18.safetensors'];
const disk = nodeHost(import.meta.dirname);
const host: Host = {
  ...disk,
  read: (file) => files[file] ?? disk.read(file),
  exists: (file) => file in files || binary.includes(file) || disk.exists?.(file) === true,
};

test('there are examples', () => expect(examples.length).toBeGreaterThan(25));

test.each(examples)('%s', (text) => {
  const source = { path: 'main.cnn', text };
  const found = diagnose(source, host).filter(({ code }) => code !== 'names/unused');
  expect(found.map(({ code, message }) => `${code}: ${message}`)).toEqual([]);
  const { model } = resolve(source, host);
  for (const { name, item, module } of netsOf(model)) {
    const complete = item.params.every((param) => param.default !== undefined);
    const variants = (module.families.get(name)?.variants ?? []).map(
      (variant) => `${name}.${variant.name.name}`,
    );
    for (const net of complete ? [name, ...variants] : variants) {
      const { graph } = instantiate(model, { net, mode: 'inference' });
      expect(
        graph && plan(optimize(graph), { relaxed: true, wide: false }).steps.length,
        net,
      ).toBeGreaterThan(0);
    }
  }
});
