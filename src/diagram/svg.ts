/** How a picture looks: an SVG document. No imports but of this folder: the HTML page runs this very code. */
import type { Frame, Line, Picture, PlacedTile, Point } from './picture.ts';
import { groupTitle, type Tile } from './scene.ts';

const palette: Record<Tile['kind'], { fill: string; stroke: string; text: string }> = {
  input: { fill: '#f1f5f9', stroke: '#94a3b8', text: '#0f172a' },
  output: { fill: '#0f172a', stroke: '#0f172a', text: '#f8fafc' },
  conv: { fill: '#dbe4ff', stroke: '#5c7cfa', text: '#1c2f7a' },
  depthwise: { fill: '#e5dbff', stroke: '#845ef7', text: '#3b1d8f' },
  dense: { fill: '#ffe8cc', stroke: '#fd7e14', text: '#7a3a05' },
  pool: { fill: '#c3fae8', stroke: '#12b886', text: '#075a43' },
  merge: { fill: '#ffffff', stroke: '#334155', text: '#0f172a' },
  shape: { fill: '#f8f9fa', stroke: '#adb5bd', text: '#343a40' },
  other: { fill: '#fff3bf', stroke: '#fab005', text: '#664d03' },
  joint: { fill: '#64748b', stroke: '#64748b', text: '#0f172a' },
  group: { fill: '#edf2ff', stroke: '#4263eb', text: '#1c2f7a' },
};

const font = `Inter, cnnc, 'Helvetica Neue', Arial, sans-serif`;

/** The picture under its title; open groups and closed ones carry `data-group` for clicks. */
export function toSvg(title: string, picture: Picture): string {
  const { width, height, frames, tiles, lines } = picture;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="${font}">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="28" y="34" font-size="18" font-weight="600" fill="#0f172a">${escape(title)}</text>`,
    ...frames.map(frameSvg),
    ...lines.map(lineSvg),
    ...tiles.map(tileSvg),
    ...lines.map(({ points }) => arrowHead(points)),
    ...lines.map(labelSvg),
    '</svg>',
  ].join('\n');
}

function frameSvg(frame: Frame): string {
  const title = `${groupTitle(frame.id)}${frame.isContinued ? ' …' : ''}`;
  return [
    `<g class="open" data-group="${escape(frame.id)}"><rect x="${frame.x}" y="${frame.y}" width="${frame.width}" height="${frame.height}" rx="12" fill="#4263eb" fill-opacity="0.045" stroke="#4263eb" stroke-opacity="0.35"/>`,
    `<text x="${frame.x + 14}" y="${frame.y + 20}" font-size="12" font-weight="600" fill="#4263eb">${escape(title)}</text></g>`,
  ].join('');
}

function tileSvg({ tile, x, y, width, height }: PlacedTile): string {
  const { fill, stroke, text } = palette[tile.kind];
  const center = x + width / 2;
  const circle = width === height && (tile.kind === 'merge' || tile.kind === 'joint');
  const stacked = tile.count > 1 || tile.kind === 'group';
  const shape = circle
    ? `<circle cx="${center}" cy="${y + height / 2}" r="${width / 2}" fill="${fill}" stroke="${stroke}" stroke-width="1.4"/>`
    : [
        stacked
          ? `<rect x="${x + 4}" y="${y + 4}" width="${width}" height="${height}" rx="8" fill="${fill}" stroke="${stroke}" stroke-opacity="0.5"/>`
          : '',
        `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="8" fill="${fill}" stroke="${stroke}" stroke-width="1.4"/>`,
      ].join('');
  const first = y + (height - 15 * tile.lines.length) / 2 + 4.5;
  const title = tile.count > 1 ? `${tile.title.replace(/\[\d+\]$/, '')} ×${tile.count}` : tile.title;
  const lines = tile.lines.map(
    (line, i) =>
      `<text x="${center}" y="${first + 15 * (i + 1)}" text-anchor="middle" font-size="11" fill="${text}" fill-opacity="0.8">${escape(line)}</text>`,
  );
  return [
    `<g class="tile ${tile.kind}"${tile.kind === 'group' ? ` data-group="${escape(tile.id)}"` : ''}><title>${escape(tile.tooltip)}</title>`,
    shape,
    `<text x="${center}" y="${first}" text-anchor="middle" font-size="${circle ? 16 : 13}" font-weight="600" fill="${text}">${escape(title)}</text>`,
    ...lines,
    '</g>',
  ].join('');
}

function lineSvg({ points }: Line): string {
  return `<path d="${roundedPath(points)}" fill="none" stroke="#64748b" stroke-width="1.4"/>`;
}

function labelSvg({ text, at }: Line): string {
  return text === ''
    ? ''
    : `<text x="${at.x}" y="${at.y}" text-anchor="middle" font-size="10" fill="#64748b">${escape(text)}</text>`;
}

/** A triangle at the end of a line (drawn, not a marker: not every SVG renderer has those). */
function arrowHead(points: readonly Point[]): string {
  const tip = points.at(-1);
  const before = points.at(-2);
  if (!tip || !before) return '';
  const length = Math.hypot(tip.x - before.x, tip.y - before.y) || 1;
  const along = { x: (tip.x - before.x) / length, y: (tip.y - before.y) / length };
  const corner = (side: number): string =>
    `${tip.x - along.x * 7 - along.y * side},${tip.y - along.y * 7 + along.x * side}`;
  return `<polygon points="${tip.x},${tip.y} ${corner(3.6)} ${corner(-3.6)}" fill="#64748b"/>`;
}

/** A polyline with its corners rounded by quarter curves. */
function roundedPath(points: readonly Point[]): string {
  return points
    .map((p, i) => {
      const before = points[i - 1];
      const after = points[i + 1];
      if (!before) return `M${p.x} ${p.y}`;
      if (!after) return `L${p.x} ${p.y}`;
      const a = towards(p, before);
      const b = towards(p, after);
      return `L${a.x} ${a.y} Q${p.x} ${p.y} ${b.x} ${b.y}`;
    })
    .join(' ');
}

function towards(from: Point, to: Point): Point {
  const distance = Math.hypot(to.x - from.x, to.y - from.y);
  const step = distance === 0 ? 0 : Math.min(7, distance / 2) / distance;
  return { x: from.x + (to.x - from.x) * step, y: from.y + (to.y - from.y) * step };
}

/** Text for SVG and HTML. */
export function escape(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
