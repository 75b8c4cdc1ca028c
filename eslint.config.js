/**
 * Lint holds what the architecture promises: file and function ceilings, and the direction of data through the phases
 * (a phase never imports a later one; the runtime imports nothing outside itself; hosts import the compiler's front door only).
 */
import tseslint from 'typescript-eslint';
import importX from 'eslint-plugin-import-x';

const phases = ['1-parse', '2-resolve', '3-check', '4-differentiate', '5-optimize', '6-plan', '7-emit'];

/** Zones in the form of `import-x/no-restricted-paths`: each phase against every later one. */
const phaseZones = phases.flatMap((phase, i) =>
  phases.slice(i + 1).map((later) => ({
    target: `./src/compiler/${phase}`,
    from: `./src/compiler/${later}`,
    message: `Phase ${phase} must not import the later phase ${later}.`,
  })),
);

const zones = [
  ...phaseZones,
  ...['ir', 'diagnostics', 'ops'].flatMap((low) =>
    phases
      .filter((phase) => phase !== '1-parse')
      .map((phase) => ({
        target: `./src/compiler/${low}`,
        from: `./src/compiler/${phase}`,
        message: `${low} sits below the phases.`,
      })),
  ),
  {
    target: './src/runtime',
    from: './src',
    except: ['./runtime'],
    message: 'The runtime ships to users: it imports nothing outside itself.',
  },
  { target: './src/compiler', from: './src/cli', message: 'The compiler does not know its hosts.' },
  {
    target: './src/vision',
    from: './src/compiler',
    message: 'Vision surrounds a network; it does not know the compiler.',
  },
];

export default tseslint.config(
  { ignores: ['**/node_modules/', 'dist/', 'out/', '**/generated/', 'test/**/expected/', 'bench/results/'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    plugins: { 'import-x': importX },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'import-x/no-restricted-paths': ['error', { zones }],
      'import-x/no-default-export': 'error',
    },
  },
  {
    files: ['src/**/*.ts', 'grammar/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 500 }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
    },
  },
  { files: ['src/cli/**/*.ts'], rules: { 'no-console': 'off' } },
  { files: ['vitest.config.ts'], rules: { 'import-x/no-default-export': 'off' } },
);
