/** Two projects: `fast` is what `npm test` runs; `full` holds the long ones (`*.full.test.ts`), run by `npm run test:full` and by CI. */
import { defineConfig } from 'vitest/config';

const shared = {
  environment: 'node',
  testTimeout: 60_000,
  hookTimeout: 120_000,
  env: { NO_COLOR: '1' },
} as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.full.test.ts'],
        },
      },
      { test: { ...shared, name: 'full', include: ['test/**/*.full.test.ts'], testTimeout: 600_000 } },
    ],
  },
});
