/** What is going on, on stderr, while something takes long; nothing where no person watches. */
import ora from 'ora';
import type { CommonOptions } from './terminal.ts';

export interface Progress {
  /** `done` is a part, 0..1. */
  readonly show: (done: number, what: string) => void;
  /** Takes the line away. */
  readonly end: () => void;
}

export function progressLine({ json }: CommonOptions): Progress {
  const line = ora({ isSilent: json === true || !process.stderr.isTTY }).start();
  return {
    show: (done, what) => {
      const text = `${Math.round(100 * done)} % ${what}`;
      if (text === line.text) return;
      line.text = text;
      line.render();
    },
    end: () => void line.stop(),
  };
}
