/** Functions that conditions of tests may call. `cnnc test` computes with this table, and the checker knows from it what they take. */

export type TestFunction =
  | { readonly takes: 'one list' }
  | {
      /** Numbers, and lists of them inside one another. */
      readonly takes: 'one number' | 'numbers';
      readonly compute: (numbers: readonly number[]) => number;
    };

const sum = (all: readonly number[]): number => all.reduce((a, b) => a + b, 0);

export const testFunctions: Readonly<Record<string, TestFunction>> = {
  abs: { takes: 'one number', compute: ([x = NaN]) => Math.abs(x) },
  sqrt: { takes: 'one number', compute: ([x = NaN]) => Math.sqrt(x) },
  sum: { takes: 'numbers', compute: sum },
  mean: { takes: 'numbers', compute: (all) => sum(all) / all.length },
  min: { takes: 'numbers', compute: (all) => all.reduce((a, b) => Math.min(a, b), Infinity) },
  max: { takes: 'numbers', compute: (all) => all.reduce((a, b) => Math.max(a, b), -Infinity) },
  argmax: {
    takes: 'numbers',
    compute: (all) => all.reduce((best, x, i) => (x > (all[best] ?? -Infinity) ? i : best), 0),
  },
  count: { takes: 'one list' },
};
