/**
 * Runs before `npm run demo` and `npm test` (plain JavaScript for Node ≥ 20, no dependencies): installs the locked
 * dependencies when `node_modules` is missing or older than the lock file, and checks that a new enough Node will run the script.
 */
import { execSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, 'node_modules', '.cnnc-lock');
const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');
const found = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';

if (found !== wanted) {
  console.log(
    found
      ? 'The lock file changed: installing the dependencies …'
      : 'First run: installing the dependencies …',
  );
  // Not `npm ci`: it refuses a lock file without the optional packages of platforms that the registry at hand did not serve.
  execSync('npm install --no-save --no-audit --no-fund --loglevel=error', { cwd: root, stdio: 'inherit' });
  writeFileSync(stamp, wanted);
}

/** The Node that the next npm script will run: the pinned one from node_modules/.bin where the platform has it. */
const pinned = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
const version = execSync(`"${existsSync(pinned) ? pinned : process.execPath}" -p process.versions.node`, {
  encoding: 'utf8',
}).trim();
const [major = 0, minor = 0] = version.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `cnnc needs Node 22.18 or newer to run from source, and found ${version}. No Node 24 package exists for ` +
      `${process.platform}-${process.arch}: install Node 24 (https://nodejs.org) and run the command again.`,
  );
  process.exit(1);
}
