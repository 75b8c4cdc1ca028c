/** Drawings of networks: what is seen at every level, and that what is drawn does not overlap. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { costs, instantiate, nodeHost, resolve } from '../../src/compiler/index.ts';
import { buildDiagram, drawHtml, drawPng, drawSvg, type Diagram } from '../../src/diagram/index.ts';
import { groupIds, openFitting, sceneOf } from '../../src/diagram/view.ts';

function diagramOf(file: string, net: string): Diagram {
  const path = `stdlib/${file}.cnn`;
  const { model } = resolve({ path, text: readFileSync(path, 'utf8') }, nodeHost('.'));
  const { graph } = instantiate(model, { net, mode: 'inference' });
  if (!graph) throw new Error(`${net} has errors`);
  const { nodes } = costs(graph);
  return buildDiagram(graph, (node) => nodes.get(node) ?? { params: 0, macs: 0 });
}

interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Rectangles of tiles (not of groups around them), from the document itself. */
function tileRects(svg: string): readonly Rect[] {
  return [...svg.matchAll(/<g class="tile[^>]*>[\s\S]*?<\/g>/g)].flatMap(([tile]) => {
    const rect = /[\s\S]*<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/.exec(tile);
    const [x = 0, y = 0, width = 0, height = 0] = (rect ?? []).slice(1).map(Number);
    return rect ? [{ x, y, width, height }] : [];
  });
}

function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

describe('LeNet-5', () => {
  const diagram = diagramOf('lenet', 'LeNet5');

  it('reads like the figure of the paper', () => {
    const titles = diagram.boxes.map((box) => [box.title, ...box.tail].join(' '));
    expect(titles).toEqual([
      'digit  32x32x1 scale',
      'conv 5x5, 6 tanh',
      'avgpool 2x2 /2',
      'conv 5x5, 16 tanh',
      'avgpool 2x2 /2',
      'flatten',
      'dense, 120 tanh',
      'dense, 84 tanh',
      'dense, 10',
      'softmax',
      'digit_class',
    ]);
  });

  it('carries every shape on its edges, and all parameters in its boxes', () => {
    expect(diagram.edges.map((edge) => edge.shape)).toEqual([
      '32x32x1',
      '28x28x6',
      '14x14x6',
      '10x10x16',
      '5x5x16',
      '400',
      '120',
      '84',
      '10',
      '10',
    ]);
    expect(diagram.boxes.reduce((sum, box) => sum + box.params, 0)).toBe(61_706);
  });

  it('gives a PNG', async () => {
    const png = await drawPng(diagram, 'auto', 1);
    expect([...png.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
    expect(png.length).toBeGreaterThan(10_000);
  });
});

describe('ResNet-50', () => {
  const diagram = diagramOf('resnet', 'ResNet50');

  it('closed, folds equal neighbours and counts them', () => {
    const open = new Set(groupIds(diagram).filter((id) => id.split('.').length <= 2));
    const counts = sceneOf(diagram, open).tiles.filter((tile) => tile.count > 1);
    expect(counts.map((tile) => tile.count)).toEqual([2, 3, 5, 2]);
  });

  it('opens the largest blocks, as many as fit', () => {
    expect(openFitting(diagram, 1)).toEqual(new Set());
    const seen = sceneOf(diagram, openFitting(diagram, 24)).tiles.length;
    expect(seen).toBeGreaterThan(5);
    expect(seen).toBeLessThanOrEqual(24);
    expect(openFitting(diagram, Infinity)).toEqual(new Set(groupIds(diagram)));
  });

  it('keeps every box in exactly one tile, whatever is open', () => {
    for (const open of [new Set<string>(), openFitting(diagram, 24), new Set(groupIds(diagram))]) {
      const { tiles, links } = sceneOf(diagram, open);
      const ids = new Set(tiles.map((tile) => tile.id));
      expect(ids.size).toBe(tiles.length);
      for (const link of links) expect([ids.has(link.from), ids.has(link.to)]).toEqual([true, true]);
    }
  });
});

describe.each([
  ['lenet', 'LeNet5'],
  ['unet', 'UNet'],
  ['yolo', 'YOLOv2'],
  ['googlenet', 'GoogLeNet'],
])('%s', (file, net) => {
  it.each(['auto', 'all'] as const)('%s: no two tiles overlap', async (detail) => {
    const rects = tileRects(await drawSvg(diagramOf(file, net), detail));
    expect(rects.length).toBeGreaterThan(6);
    for (const [i, a] of rects.entries())
      for (const b of rects.slice(i + 1)) expect(overlap(a, b)).toBe(false);
  });
});

describe('the page', () => {
  it('needs no other file and cannot be broken out of', async () => {
    const diagram = { ...diagramOf('lenet', 'LeNet5'), title: '</script><b>' };
    const html = await drawHtml(diagram);
    expect(html).not.toMatch(/<(script|link|img)[^>]+(src|href)=/);
    expect(html.match(/<\/script>/g)).toHaveLength(3);
    expect(html).not.toContain('<b>');
  });
});
