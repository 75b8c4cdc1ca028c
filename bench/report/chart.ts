/**
 * The chart of a benchmark run as SVG: a group of bars per network, one bar per peer, as long as its time is a multiple of ours. Readable on
 * a light and on a dark page.
 */
import { peerNames, showMs, showThreads, type NetFigures, type Results } from './results.ts';

/** One colour per peer, the same in every chart. */
const colours: Readonly<Record<string, string>> = {
  'cnnc-wide': '#2a9d8f',
  'cnnc-one-thread': '#8cc084',
  'cnnc-wide-one-thread': '#b5d99c',
  'onnxruntime-web': '#e9a23b',
  litert: '#5b7fd6',
  'tfjs-wasm': '#e4685d',
  'onnxruntime-node': '#8a8f98',
};
const titles: Readonly<Record<string, string>> = {
  'cnnc-wide': 'cnnc, 256-bit tiles',
  'cnnc-one-thread': 'cnnc, one thread',
  'cnnc-wide-one-thread': 'the same, one thread',
  litert: 'LiteRT.js',
  'onnxruntime-node': 'native onnxruntime',
};

const [left, plotWidth, right, top] = [190, 560, 70, 92];
/** Bars of more than this many times our own are cut, so that the others stay readable. */
const longest = 8;
const [barHeight, groupGap] = [13, 16];

const style = `text { font: 12px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #24292f }
.card { fill: #fff; stroke: #d0d7de } .title { font-size: 17px; font-weight: 600 } .soft { fill: #656d76 } .value { font-size: 11px }
.grid { stroke: #d8dee4 } .one { stroke: #24292f; stroke-dasharray: 3 3 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .card { fill: #0d1117; stroke: #30363d } .soft { fill: #8d96a0 }
.grid { stroke: #21262d } .one { stroke: #e6edf3 } }`;

export function chart(results: Results): string {
  const peers = peerNames(results).filter((name) => name !== 'cnnc');
  const groupHeight = peers.length * barHeight + groupGap;
  const bottom = top + results.nets.length * groupHeight - groupGap + 6;
  const ratios = results.nets.flatMap((net) => net.peers.map(({ ratio = 0 }) => ratio));
  const most = Math.min(longest, Math.max(2, Math.ceil(Math.max(1, ...ratios))));
  const scale = (ratio: number): number => (Math.min(ratio, most) / most) * plotWidth;
  const bars = results.nets.map((net, i) => group(net, peers, { y: top + i * groupHeight, scale, most }));
  const [width, height] = [left + plotWidth + right, bottom + 36];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<style>${style}</style>
<rect class="card" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
<text class="title" x="20" y="32">How many times longer the others take</text>
<text class="soft" x="20" y="52">${escape(`${results.engine}, ${showThreads(results.threads)} · cnnc = 1, its milliseconds under each name · ${results.machine}`)}</text>
${legend(peers)}
${axis(most, scale, bottom)}
<line class="one" x1="${left + scale(1)}" y1="${top - 8}" x2="${left + scale(1)}" y2="${bottom}"/>
${bars.join('\n')}
</svg>
`;
}

function legend(peers: readonly string[]): string {
  return peers
    .map((peer, i) => {
      const x = 20 + i * 155;
      return `<rect x="${x}" y="64" width="11" height="11" rx="2" fill="${colourOf(peer)}"/><text x="${x + 17}" y="74">${escape(titles[peer] ?? peer)}</text>`;
    })
    .join('\n');
}

/** A line per whole multiple. */
function axis(most: number, scale: (ratio: number) => number, bottom: number): string {
  return Array.from({ length: most + 1 }, (_, ratio) => {
    const x = (left + scale(ratio)).toFixed(1);
    return `<line class="grid" x1="${x}" y1="${top - 8}" x2="${x}" y2="${bottom}"/><text class="soft" x="${x}" y="${bottom + 18}" text-anchor="middle">${ratio === 1 ? 'cnnc' : `${ratio} ×`}</text>`;
  }).join('\n');
}

interface Place {
  readonly y: number;
  readonly scale: (ratio: number) => number;
  readonly most: number;
}

function group(net: NetFigures, peers: readonly string[], place: Place): string {
  const middle = place.y + (peers.length * barHeight) / 2;
  const ours = net.peers.find(({ peer }) => peer === 'cnnc');
  const bars = peers.map((name, i) => bar(net, name, { ...place, y: place.y + i * barHeight }));
  return `<text x="${left - 14}" y="${middle - 1}" text-anchor="end">${escape(net.title)}</text>
<text class="soft value" x="${left - 14}" y="${middle + 13}" text-anchor="end">${ours ? `${showMs(ours.ms)} ms` : ''}</text>
${bars.join('\n')}`;
}

function bar(net: NetFigures, name: string, { y, scale, most }: Place): string {
  const ratio = net.peers.find(({ peer }) => peer === name)?.ratio;
  const label = (x: number, text: string): string =>
    `<text class="soft value" x="${x.toFixed(1)}" y="${y + 10}">${text}</text>`;
  if (ratio === undefined) return label(left + 5, 'not timed');
  const width = scale(ratio);
  // A cut bar has a gap before its end.
  const cut =
    ratio > most
      ? `<rect class="card" x="${left + width - 16}" y="${y}" width="4" height="${barHeight - 2}" stroke="none"/>`
      : '';
  return `<rect class="bar" x="${left}" y="${y}" width="${width.toFixed(1)}" height="${barHeight - 2}" rx="2" fill="${colourOf(name)}"/>${cut}${label(left + width + 6, ratio.toFixed(2))}`;
}

function colourOf(peer: string): string {
  return colours[peer] ?? '#8a8f98';
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
