/**
 * Draws a network the way papers do: SVG, PNG, or one HTML page in which blocks open and close at a click. Layout by the Eclipse
 * Layout Kernel (elkjs), pictures by Skia (@napi-rs/canvas); both are loaded only when a drawing is asked for.
 */
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { viewScript } from './generated/view.ts';
import type { Diagram } from './model.ts';
import { arrange } from './arrange.ts';
import { drawable, tooMuch } from './bound.ts';
import type { Columns } from './columns.ts';
import type { ElkNode, Layout } from './elk.ts';
import { openFitting, type Scene } from './scene.ts';
import { escape, toSvg } from './svg.ts';

export { buildDiagram, type NodeCosts } from './build.ts';
export type { Columns } from './columns.ts';
export type { Box, Diagram, Edge } from './model.ts';

/** How much is opened: all blocks, a number of levels, or as many blocks as fit a slide. */
export type Detail = 'auto' | 'all' | number;

export interface DrawOptions {
  readonly detail?: Detail;
  /** Of a net that is drawn downwards. */
  readonly columns?: Columns;
}

/** Tiles that are still readable on a slide, one above the other or side by side. */
const fitting = { down: 18, right: 14 } as const;

/** Why the diagram is too large to be drawn in such detail; nothing where it can be. */
export function whyTooLarge(diagram: Diagram, detail: Detail): string | undefined {
  return tooMuch(diagram, opened(diagram, detail));
}

/** The diagram as an SVG document; it throws where `whyTooLarge` has a reason. */
export async function drawSvg(
  diagram: Diagram,
  { detail = 'auto', columns = 'auto' }: DrawOptions = {},
): Promise<string> {
  const scene = drawn(diagram, detail);
  return toSvg(scene.title, await arrange(scene, await elkLayout(), columns));
}

/** The diagram as PNG bytes, `scale` pixels per SVG unit (reduced where the picture would pass 16 000 pixels). */
export async function drawPng(diagram: Diagram, options: DrawOptions = {}, scale = 2): Promise<Buffer> {
  const [{ createCanvas, GlobalFonts, loadImage }, svg] = await Promise.all([
    import('@napi-rs/canvas'),
    drawSvg(diagram, options),
  ]);
  for (const weight of [400, 600])
    GlobalFonts.registerFromPath(
      fileURLToPath(import.meta.resolve(`@fontsource/inter/files/inter-latin-${weight}-normal.woff2`)),
      'Inter',
    );
  const image = await loadImage(Buffer.from(svg));
  const fit = Math.min(scale, 16_000 / Math.max(image.width, image.height));
  const canvas = createCanvas(Math.ceil(image.width * fit), Math.ceil(image.height * fit));
  canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toBuffer('image/png');
}

/** One self-contained page: click a block to open it, its title to close it; zoom and pan. */
export async function drawHtml(
  diagram: Diagram,
  { detail = 'auto', columns = 'auto' }: DrawOptions = {},
): Promise<string> {
  const elk = await readFile(createRequire(import.meta.url).resolve('elkjs/lib/elk.bundled.js'), 'utf8');
  const data = JSON.stringify({ diagram, columns, open: [...opened(diagram, detail)] }).replaceAll(
    '<',
    '\\u003c',
  );
  return page(escape(diagram.title), elk.replaceAll('</script', '<\\/script'), data);
}

function drawn(diagram: Diagram, detail: Detail): Scene {
  const scene = drawable(diagram, opened(diagram, detail));
  if (!scene) throw new Error(tooMuch(diagram, opened(diagram, detail)));
  return scene;
}

function opened(diagram: Diagram, detail: Detail): ReadonlySet<string> {
  if (detail === 'auto') return openFitting(diagram, fitting[diagram.direction]);
  const levels = detail === 'all' ? Number.POSITIVE_INFINITY : detail;
  return new Set(diagram.boxes.flatMap((box) => box.groups.slice(0, levels)));
}

/** The layout of elkjs, loaded when first asked for. */
export async function elkLayout(): Promise<Layout> {
  const { default: Elk } = await import('elkjs/lib/elk.bundled.js');
  const elk = new Elk.default();
  return async (graph) => (await elk.layout(graph as never)) as unknown as ElkNode;
}

function page(title: string, elk: string, data: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
  html, body { margin: 0; height: 100%; background: #fff; font: 14px Inter, 'Helvetica Neue', Arial, sans-serif; color: #0f172a }
  #view { height: 100%; overflow: hidden; cursor: grab; touch-action: none }
  #view:active { cursor: grabbing }
  nav { position: fixed; z-index: 1; right: 16px; top: 16px; display: flex; gap: 8px }
  #full { position: fixed; z-index: 1; left: 16px; bottom: 16px; margin: 0; padding: 6px 12px; border-radius: 8px; background: #fef3c7 }
  button { font: inherit; padding: 6px 12px; border: 1px solid #cbd5e1; border-radius: 8px; background: #fff; cursor: pointer }
  button:hover { background: #f1f5f9 }
  [data-group] { cursor: pointer }
  .tile.group:hover rect { stroke-width: 2.4 }
</style>
<nav id="buttons"><button id="more">Open all</button><button id="less">Close all</button><button id="fit">Fit</button></nav>
<p id="full" role="status" hidden>That is more than can be drawn at once: open fewer blocks.</p>
<div id="view" role="img" aria-label="${title}"></div>
<script>${elk}</script>
<script type="application/json" id="data">${data}</script>
<script>${viewScript}</script>
</html>
`;
}
