/**
 * The package.json of a new project. One that is there already, as `npm init` and `npm install cnnc` write it, keeps what it says and
 * gets the scripts that it lacks, and cnnc. What its other files are is not changed: where they are no modules, the project's is one by its
 * name.
 */

export interface NewPackage {
  readonly name: string;
  /** Of cnnc. */
  readonly version: string;
}

/** The TypeScript file of a project. */
export type MainFile = 'main.ts' | 'main.mts';

export interface PackageJson {
  readonly text: string;
  readonly main: MainFile;
}

type Json = Readonly<Record<string, unknown>>;

const scriptsOf = (main: MainFile): Readonly<Record<string, string>> => ({
  check: 'cnnc check tiny.cnn',
  watch: 'cnnc check --watch tiny.cnn',
  format: 'cnnc fmt .',
  test: 'cnnc test .',
  summary: 'cnnc summary tiny.cnn',
  build: 'cnnc build tiny.cnn --seed 1 --out dist/tiny',
  start: `node --experimental-strip-types --no-warnings ${main}`,
});

export function newPackage({ name, version }: NewPackage): PackageJson {
  const main = 'main.ts';
  const json = {
    name,
    version: '0.0.0',
    private: true,
    type: 'module',
    scripts: scriptsOf(main),
    devDependencies: { cnnc: `^${version}` },
  };
  return { text: written(json, 2), main };
}

/** A package.json with what it lacks; undefined where the text is none. */
export function completedPackage(text: string, { version }: NewPackage): PackageJson | undefined {
  const json = parsed(text);
  if (!json) return undefined;
  const main = json['type'] === 'module' ? 'main.ts' : 'main.mts';
  const { test, ...scripts } = recordOf(json['scripts']);
  const ownTest = test === undefined || isPlaceholder(test) ? {} : { test };
  const devDependencies = recordOf(json['devDependencies']);
  const hasCnnc = 'cnnc' in devDependencies || 'cnnc' in recordOf(json['dependencies']);
  const completed = {
    ...json,
    scripts: { ...scriptsOf(main), ...scripts, ...ownTest },
    ...(hasCnnc ? {} : { devDependencies: { ...devDependencies, cnnc: `^${version}` } }),
  };
  return { text: written(completed, /^[ \t]+/m.exec(text)?.[0] ?? 2), main };
}

/** What `npm init` writes for want of a test. */
const isPlaceholder = (script: unknown): boolean => String(script).includes('no test specified');

function parsed(text: string): Json | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return isRecord(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const recordOf = (value: unknown): Json => (isRecord(value) ? value : {});

const written = (json: Json, indent: number | string): string => `${JSON.stringify(json, null, indent)}\n`;
