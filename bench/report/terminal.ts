/** The table of one network as the terminal shows it, printed as soon as it is known. */
import Table from 'cli-table3';
import colours from 'picocolors';
import { showMs, type NetFigures } from './results.ts';

export function terminalTable(net: NetFigures): string {
  const table = new Table({
    head: [
      colours.bold(net.title),
      'ms',
      'their time / ours',
      'difference',
      'cold start ms',
      'files in memory',
      'peak MB',
    ],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: ['gray'] },
  });
  for (const { peer, ms, ratio, error, coldMs, startMs, peakBytes } of net.peers)
    table.push([
      peer === 'cnnc' ? colours.bold(peer) : peer,
      showMs(ms),
      ratio === undefined || peer === 'cnnc' ? '' : showRatio(ratio),
      error === 0 ? 'reference' : error.toExponential(1),
      coldMs?.toFixed(0) ?? '',
      startMs?.toFixed(0) ?? '',
      peakBytes === undefined ? '' : (peakBytes / 1e6).toFixed(0),
    ]);
  const failures = Object.entries(net.failures).map(([peer, message]) =>
    colours.red(`${peer}: ${message.split('\n')[0]}`),
  );
  return [table.toString(), ...failures].join('\n');
}

function showRatio(ratio: number): string {
  const text = `${ratio.toFixed(2)} ×`;
  return ratio >= 1 ? colours.green(text) : colours.red(text);
}
