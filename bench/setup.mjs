/** Runs before `npm run bench`: installs the peers (no install scripts) when they are missing. */
import { execSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
if (!existsSync(join(here, 'node_modules', '.package-lock.json'))) {
  console.log('First run: installing the peers (onnxruntime-web, TensorFlow.js) …');
  execSync('npm ci --ignore-scripts --no-audit --no-fund --loglevel=error', { cwd: here, stdio: 'inherit' });
}
