/** Drawings of networks: what is seen at every level, and that what is drawn does not overlap. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { costs, instantiate, nodeHost, resolve } from '../../src/compiler/index.ts';
import {
  buildDiagram,
  drawHtml,
  drawPng,
  drawSvg,
  elkLayout,
  type Box,
  type Diagram,
  type Edge,
} from '../../src/diagram/index.ts';
import fc from 'fast-check';
import { drawable, placementOf, tooMuch } from '../../src/diagram/bound.ts';
import { arrange } from '../../src/diagram/arrange.ts';
import type { Columns } from '../../src/diagram/columns.ts';
import type { Picture } from '../../src/diagram/picture.ts';
import { groupIds, openFitting, sceneOf, type Scene, type Tile } from '../../src/diagram/scene.ts';

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
    const png = await drawPng(diagram, {}, 1);
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
    const rects = tileRects(await drawSvg(diagramOf(file, net), { detail }));
    expect(rects.length).toBeGreaterThan(6);
    for (const [i, a] of rects.entries())
      for (const b of rects.slice(i + 1)) expect(overlap(a, b)).toBe(false);
  });
});

const layout = await elkLayout();

function pictureOf(diagram: Diagram, columns: Columns = 'auto'): Promise<Picture> {
  return arrange(sceneOf(diagram, openFitting(diagram, 18)), layout, columns);
}

describe('long networks', () => {
  it.each([
    ['resnet', 'ResNet50'],
    ['yolo', 'YOLOv2'],
    ['googlenet', 'GoogLeNet'],
    ['inception', 'InceptionV4'],
    ['unet', 'UNet'],
  ])('%s: %s has the shape of a slide', async (file, net) => {
    const { width, height } = await pictureOf(diagramOf(file, net));
    expect(width / height).toBeGreaterThan(0.8);
    expect(width / height).toBeLessThan(2.4);
  });

  it('come in as many columns as asked for', async () => {
    const diagram = diagramOf('resnet', 'ResNet50');
    const widths = await Promise.all([1, 2, 3].map(async (n) => (await pictureOf(diagram, n)).width));
    const [one = 0, two = 0, three = 0] = widths;
    expect(two / one).toBeGreaterThan(1.7);
    expect(three / one).toBeGreaterThan(2.5);
  });

  it('U-Net is a U: its skips are level, from the way down to the way up', async () => {
    const { tiles, lines } = await pictureOf(diagramOf('unet', 'UNet'));
    const level = lines.filter(({ points: [a, b, ...more] }) => a && b && more.length === 0 && a.y === b.y);
    expect(level).toHaveLength(4);
    const [encoder, bottom, decoder] = ['e4', 'bottom', 'd4'].map((id) =>
      tiles.find((t) => t.tile.id === id),
    );
    if (!encoder || !bottom || !decoder) throw new Error('no such tiles');
    expect(decoder.x).toBeGreaterThan(encoder.x + encoder.width);
    expect(bottom.y).toBeGreaterThan(encoder.y);
    expect(decoder.y + decoder.height / 2).toBeCloseTo(encoder.y + encoder.height / 2);
  });

  it('whatever the columns, every tile is there once and every link is drawn from tile to tile', async () => {
    await fc.assert(
      fc.asyncProperty(scenes, fc.constantFrom<Columns>('auto', 1, 2, 3, 7), async (scene, columns) => {
        const picture = await arrange(scene, layout, columns);
        const drawn = picture.tiles.filter((at) => at.tile.kind !== 'joint');
        expect(drawn.map((at) => at.tile.id).sort()).toEqual(scene.tiles.map((tile) => tile.id).sort());
        for (const [i, a] of picture.tiles.entries())
          for (const b of picture.tiles.slice(i + 1)) expect(overlap(a, b)).toBe(false);
        for (const link of scene.links) expect(reached(picture, link.from)).toContain(link.to);
        const inside = picture.tiles.every(
          (at) => at.x >= 0 && at.x + at.width <= picture.width && at.y + at.height <= picture.height,
        );
        expect(inside).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});

/** Chains of tiles in groups of three, with skips over some of them. */
const scenes: fc.Arbitrary<Scene> = fc
  .record({
    length: fc.integer({ min: 1, max: 24 }),
    skips: fc.array(fc.tuple(fc.nat({ max: 22 }), fc.nat({ max: 22 })), { maxLength: 6 }),
    isGrouped: fc.boolean(),
  })
  .map(({ length, skips, isGrouped }) => {
    const tiles = Array.from({ length }, (_, i): Tile => {
      const groups = isGrouped ? [`g${Math.floor(i / 3)}`] : [];
      const look = { kind: 'conv', title: `t${i}`, lines: [], tooltip: '', count: 1 } as const;
      return { id: `t${i}`, ...look, width: 80 + ((i * 37) % 90), height: 30 + ((i * 13) % 30), groups };
    });
    const pairs = [...tiles.slice(1).map((_, i) => [i, i + 1] as const), ...skips].map(([a, b]) =>
      a < b ? ([a, b] as const) : ([b, a] as const),
    );
    const wanted = pairs.filter(([a, b]) => a < b && b < length).map(([a, b]) => [`t${a}`, `t${b}`] as const);
    const links = new Map(wanted.map(([from, to]) => [`${from}→${to}`, { from, to }]));
    return {
      title: 'any',
      direction: 'down',
      tiles,
      links: [...links].map(([id, link]) => ({ id, ...link, shape: '8x8x8' })),
    };
  });

/** Tiles to which lines lead from `id`, through the dots at the heads of columns too; by where the lines begin and end. */
function reached(picture: Picture, id: string): readonly string[] {
  const on = (area: Rect, p: { readonly x: number; readonly y: number } | undefined): boolean =>
    p !== undefined &&
    p.x >= area.x - 1 &&
    p.x <= area.x + area.width + 1 &&
    p.y >= area.y - 1 &&
    p.y <= area.y + area.height + 1;
  const from = picture.tiles.find((at) => at.tile.id === id);
  if (!from) return [];
  const ends = picture.lines.filter((line) => on(from, line.points[0])).map((line) => line.points.at(-1));
  return picture.tiles
    .filter((at) => ends.some((end) => on(at, end)))
    .flatMap((at) => (at.tile.kind === 'joint' ? reached(picture, at.tile.id) : [at.tile.id]));
}

describe('the page', () => {
  it('needs no other file and cannot be broken out of', async () => {
    const diagram = { ...diagramOf('lenet', 'LeNet5'), title: '</script><b>' };
    const html = await drawHtml(diagram);
    expect(html).not.toMatch(/<(script|link|img)[^>]+(src|href)=/);
    expect(html.match(/<\/script>/g)).toHaveLength(3);
    expect(html).not.toContain('<b>');
  });
});

/** `n` layers side by side between the input and an output each; or, one after the other, as many as `n` says. */
function made(n: number, kind: 'row' | 'chain', title: (i: number) => string = () => 'dense'): Diagram {
  const box = (id: string, of: Box['kind'], name: string): Box => ({
    ...{
      id,
      kind: of,
      title: name,
      tail: [],
      channels: 1,
      shape: '4',
      params: 0,
      macs: 0,
      groups: [],
      path: id,
    },
  });
  const layers = Array.from({ length: n }, (_, i) => box(`n${i}`, 'dense', title(i)));
  const edge = (from: string, to: string): Edge => ({ from, to, shape: '4' });
  const last = kind === 'chain' ? layers.slice(-1) : layers;
  return {
    ...{ title: 'N', direction: 'down' as const },
    boxes: [box('x', 'input', 'x'), ...layers, ...last.map(({ id }) => box(`out ${id}`, 'output', id))],
    edges: [
      ...layers.map(({ id }, i) => edge(kind === 'row' || i === 0 ? 'x' : `n${i - 1}`, id)),
      ...last.map(({ id }) => edge(id, `out ${id}`)),
    ],
  };
}

describe('nets that are too large to be laid out', () => {
  const none: ReadonlySet<string> = new Set();

  it('equal layers in a row are one tile with their number, only where it has to be', () => {
    expect(drawable(made(900, 'chain'), none)?.tiles).toHaveLength(902);
    const folded = drawable(made(10_000, 'chain'), none);
    expect(folded?.tiles.map(({ id, count }) => [id, count])).toEqual([
      ['x', 1],
      ['n0', 10_000],
      ['out n9999', 1],
    ]);
    expect(folded?.links.map(({ from, to }) => [from, to])).toEqual([
      ['x', 'n0'],
      ['n0', 'out n9999'],
    ]);
  });

  it('say how many tiles there are, or that too much lies side by side', () => {
    expect(tooMuch(made(5000, 'chain', String), none)).toBe(
      'it has 5002 tiles, and at most 1000 can be drawn',
    );
    expect(tooMuch(made(3000, 'row'), none)).toBe('it has 6001 tiles, and at most 1000 can be drawn');
    expect(tooMuch(made(300, 'row'), none)).toContain('of its 601 tiles');
    expect(tooMuch(made(100, 'row'), none)).toBeUndefined();
  });

  it('lines that pass count as what they pass', () => {
    const chain = made(100, 'chain', String);
    const skips = chain.boxes.slice(1, 99).map(({ id }) => ({ from: id, to: 'n99', shape: '4' }));
    expect(tooMuch(chain, none)).toBeUndefined();
    expect(tooMuch({ ...chain, edges: [...chain.edges, ...skips] }, none)).toContain(
      'the lines between them',
    );
  });

  it("the courses' nets are placed by the network simplex, all blocks open", () => {
    for (const [file, net] of [
      ['resnet', 'ResNet152'],
      ['googlenet', 'GoogLeNet'],
      ['unet', 'UNet'],
    ] as const) {
      const diagram = diagramOf(file, net);
      expect(placementOf(sceneOf(diagram, new Set(groupIds(diagram))))).toBe('NETWORK_SIMPLEX');
    }
  });
});
