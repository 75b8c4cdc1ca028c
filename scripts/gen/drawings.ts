/** Drawings of standard networks for the README, as `cnnc graph` makes them. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { costs, instantiate, nodeHost, resolve } from '../../src/compiler/index.ts';
import { buildDiagram, drawSvg } from '../../src/diagram/index.ts';
import type { GeneratedFile } from '../gen.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const drawn = [
  ['stdlib/unet.cnn', 'UNet'],
  ['stdlib/resnet.cnn', 'ResNet50'],
] as const;

export async function generate(): Promise<readonly GeneratedFile[]> {
  return Promise.all(drawn.map(([path, net]) => draw(path, net)));
}

async function draw(path: string, net: string): Promise<GeneratedFile> {
  const text = readFileSync(join(root, path), 'utf8');
  const { model } = resolve({ path, text }, nodeHost(root));
  const { graph } = instantiate(model, { net, mode: 'inference' });
  if (!graph) throw new Error(`${net} of ${path} has errors`);
  const { nodes } = costs(graph);
  const svg = await drawSvg(buildDiagram(graph, (node) => nodes.get(node) ?? { params: 0, macs: 0 }));
  return { path: `docs/images/${net.toLowerCase()}.svg`, text: `${svg}\n` };
}
