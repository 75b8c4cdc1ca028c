/** As a new user: the packed tarball installed into an empty folder, its command line, its types, and a package that it builds. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'cnnc-install-'));
const app = join(folder, 'app');
const env = { ...process.env, npm_config_loglevel: 'error', NO_COLOR: '1' };
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function npm(args: readonly string[], cwd: string): string {
  return execFileSync('npm', [...args], { cwd, env, encoding: 'utf8', maxBuffer: 1 << 26 });
}

function cnnc(...args: readonly string[]): {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(app, 'node_modules/cnnc/dist/cli/main.js'), ...args],
    {
      cwd: app,
      env,
      encoding: 'utf8',
    },
  );
  return { exit: status, stdout, stderr };
}

beforeAll(() => {
  npm(['pack', '--pack-destination', folder], root);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), '{ "name": "app", "private": true, "type": "module" }');
  npm(['install', join(folder, tarball), '--prefer-offline', '--no-audit', '--no-fund'], app);
  writeFileSync(
    join(app, 'net.cnn'),
    `/// Small things on small pictures.
export net Small {
  in image: rgb 32x32 fit crop scale 1/255
  y = image -> conv(8, 3, pad = 1) -> bn -> relu -> maxpool(2) -> conv(16, 3) -> relu -> gap -> dense(2)
  out animal: label(y) of ["cat", "dog"]
}
`,
  );
  writeFileSync(join(app, 'std.cnn'), 'use { LeNet5 } from "std/lenet"\nexport net Mine = LeNet5\n');
}, 600_000);

describe('the installed package', () => {
  it('has the command on the path of npx, and says its version', () => {
    const version = npm(['exec', '--offline', '--', 'cnnc', '--version'], app).trim();
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('is small: no tests, no sources, no weights', () => {
    const bytes = statSync(
      join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? ''),
    ).size;
    expect(bytes).toBeLessThan(2_000_000);
    expect(readdirSync(join(app, 'node_modules/cnnc'))).not.toContain('test');
  });

  it('checks files that import the stdlib', () => {
    const { exit, stdout } = cnnc('check', 'net.cnn', 'std.cnn');
    expect([exit, stdout]).toEqual([0, expect.stringMatching(/✓ Small[\s\S]*✓ Mine {2,}61,706 parameters/)]);
  });

  it('runs a net, and says what the TensorFlow.js target needs', () => {
    const numbers = join(app, 'x.npy');
    execFileSync(process.execPath, ['--input-type=module', '-e', writeNpy(numbers)], { cwd: root });
    const { exit, stdout } = cnnc('run', 'net.cnn', '--seed', '3', '--input', `image=${numbers}`, '--json');
    expect([exit, JSON.parse(stdout)]).toEqual([
      0,
      expect.objectContaining({ net: 'Small', target: 'wasm' }),
    ]);
    const tfjs = cnnc('run', 'net.cnn', '--seed', '3', '--input', `image=${numbers}`, '--target', 'tfjs');
    expect([tfjs.exit, tfjs.stderr]).toEqual([
      1,
      expect.stringMatching(/build\/needs-package[\s\S]*npm install @tensorflow/),
    ]);
  });

  it('builds a package that runs and whose types check', () => {
    expect(cnnc('build', 'net.cnn', '--seed', '3', '--out', 'small').exit).toBe(0);
    writeFileSync(
      join(app, 'use.ts'),
      `import { load, type Outputs } from './small/index.js';
import { check, resolve, nodeHost } from 'cnnc';
import { load as loadProgram } from 'cnnc/runtime';
const net = await load();
const { animal }: Outputs = net.run({ image: { data: new Uint8Array(32 * 32 * 3), width: 32, height: 32 } });
const name: 'cat' | 'dog' = animal.label;
const { model } = resolve({ path: 'a.cnn', text: 'net N { in x: f32[2]\\n out y: tensor(x -> relu) }' }, nodeHost('.'));
console.log(JSON.stringify({ name, p: animal.p, nets: check(model).nets.map((n) => n.name), runtime: typeof loadProgram }));
`,
    );
    writeFileSync(join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['use.ts'] }));
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', app], {
      stdio: 'pipe',
    });
    const printed = execFileSync(process.execPath, ['use.ts'], { cwd: app, encoding: 'utf8', env });
    expect(JSON.parse(printed)).toEqual({
      name: expect.stringMatching(/^(cat|dog)$/),
      p: expect.any(Number),
      nets: ['N'],
      runtime: 'function',
    });
  });
});

const compilerOptions = {
  strict: true,
  noEmit: true,
  target: 'es2024',
  lib: ['es2024', 'dom'],
  module: 'nodenext',
  types: [],
  skipLibCheck: true,
};

/** A script that writes a 32x32x3 picture as numbers, with the repository's own writer. */
function writeNpy(path: string): string {
  const npy = JSON.stringify(join(root, 'src/weights/npy.ts'));
  return `import { writeFileSync } from 'node:fs';
const { writeNpy } = await import(${npy});
writeFileSync(${JSON.stringify(path)}, writeNpy({ shape: [32, 32, 3], data: new Float32Array(3072).fill(50) }));`;
}
