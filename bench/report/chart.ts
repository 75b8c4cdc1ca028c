/** The chart of a benchmark run as SVG: a group of bars per network, one bar per peer, as long as its time is a multiple of ours. */
import { peerNames, showThreads, type NetFigures, type Results } from './results.ts';

const colours = ['#4269d0', '#efb118', '#ff725c', '#6cc5b0', '#a463f2'];
const [left, right, top] = [210, 70, 66];
/** Bars of more than this many times our own are cut, so that the others stay readable. */
const longest = 12;
const [barHeight, groupGap, plotWidth] = [16, 14, 620];

export function chart(results: Results): string {
  const peers = peerNames(results).filter((name) => name !== 'cnnc');
  const groupHeight = peers.length * barHeight + groupGap;
  const height = top + results.nets.length * groupHeight + 34;
  const most = Math.min(
    longest,
    Math.max(1, ...results.nets.flatMap((net) => net.peers.map(({ ratio = 0 }) => ratio))),
  );
  const scale = (ratio: number): number => (Math.min(ratio, most) / most) * plotWidth;
  const bars = results.nets.map((net, i) => group(net, peers, { y: top + i * groupHeight, scale }));
  const [one, bottom] = [left + scale(1), height - 28];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${left + plotWidth + right}" height="${height}" font-family="system-ui, sans-serif" font-size="13">
<rect width="100%" height="100%" fill="white"/>
<text x="16" y="26" font-size="17" font-weight="600">How many times longer the others take (cnnc = 1)</text>
${legend(peers, results)}
${bars.join('\n')}
<line x1="${one}" y1="${top - 6}" x2="${one}" y2="${bottom}" stroke="#222" stroke-dasharray="4 3"/>
<text x="${one}" y="${bottom + 16}" text-anchor="middle">cnnc</text>
</svg>
`;
}

function legend(peers: readonly string[], { engine, threads }: Results): string {
  const entries = peers.map((peer, i) => {
    const x = left + i * 160;
    return `<rect x="${x}" y="38" width="12" height="12" fill="${colourOf(i)}"/><text x="${x + 18}" y="49">${escape(peer)}</text>`;
  });
  return `<text x="16" y="49" fill="#666">${escape(`${engine}, ${showThreads(threads)}`)}</text>\n${entries.join('\n')}`;
}

interface Place {
  readonly y: number;
  readonly scale: (ratio: number) => number;
}

function group(net: NetFigures, peers: readonly string[], { y, scale }: Place): string {
  const middle = y + (peers.length * barHeight) / 2 + 4;
  const bars = peers.map((name, i) => {
    const ratio = net.peers.find(({ peer }) => peer === name)?.ratio;
    const at = y + i * barHeight;
    if (ratio === undefined) return `<text x="${left + 4}" y="${at + 12}" fill="#999">–</text>`;
    const width = scale(ratio);
    return (
      `<rect x="${left}" y="${at}" width="${width.toFixed(1)}" height="${barHeight - 2}" fill="${colourOf(i)}"/>` +
      `<text x="${(left + width + 5).toFixed(1)}" y="${at + 12}" font-size="12">${ratio.toFixed(2)}</text>`
    );
  });
  return `<text x="${left - 10}" y="${middle}" text-anchor="end">${escape(net.title)}</text>\n${bars.join('\n')}`;
}

function colourOf(i: number): string {
  return colours[i % colours.length] ?? '#888';
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
