/** Runs before `npm run bench`: installs the peers (no install scripts) when one is missing or has another version than it should. */
import { execSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const read = (path) => JSON.parse(readFileSync(join(here, path), 'utf8'));

function isInstalled([name, version]) {
  const path = join('node_modules', name, 'package.json');
  return existsSync(join(here, path)) && read(path).version === version;
}

if (!Object.entries(read('package.json').dependencies).every(isInstalled)) {
  console.log('Installing the peers (onnxruntime-web, LiteRT.js, TensorFlow.js) …');
  execSync('npm ci --ignore-scripts --no-audit --no-fund --loglevel=error', { cwd: here, stdio: 'inherit' });
}
