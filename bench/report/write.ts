/** Results as files: JSON, a Markdown page and a chart of one name in a folder. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chart } from './chart.ts';
import { markdown } from './markdown.ts';
import type { Results } from './results.ts';

export function write(folder: string, name: string, results: Results): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(results, undefined, 2)}\n`);
  writeFileSync(join(folder, `${name}.md`), markdown(results, `${name}.svg`));
  writeFileSync(join(folder, `${name}.svg`), chart(results));
}

/** What an earlier run saved under that name. */
export function savedIn(folder: string, name: string): Results | undefined {
  const path = join(folder, `${name}.json`);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Results) : undefined;
}
