/** The version of this cnnc. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stdlibFolder } from '../compiler/host.ts';

/** As the package's own package.json has it. */
export function ownVersion(): string {
  const path = join(dirname(stdlibFolder()), 'package.json');
  return String((JSON.parse(readFileSync(path, 'utf8')) as { version?: unknown }).version);
}
