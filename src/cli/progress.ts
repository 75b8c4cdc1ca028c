/** A bar on stderr while something takes long; nothing where no person watches. */
import type { CommonOptions } from './terminal.ts';

const width = 24;

export interface Progress {
  /** `done` is a part, 0..1. */
  readonly show: (done: number, what: string) => void;
  /** Takes the bar away. */
  readonly end: () => void;
}

export function progressBar({ json }: CommonOptions): Progress {
  const { stderr } = process;
  if (json || !stderr.isTTY) return { show: () => undefined, end: () => undefined };
  return {
    show: (done, what) => {
      const full = Math.round(done * width);
      const bar = '█'.repeat(full) + '░'.repeat(width - full);
      stderr.write(`\r\x1b[2K${bar} ${Math.round(100 * done)} % ${what}`);
    },
    end: () => stderr.write('\r\x1b[2K'),
  };
}
