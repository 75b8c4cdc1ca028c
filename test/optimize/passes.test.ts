/**
 * One folder per pass, one file per case: a graph before, `==>`, and after that pass alone. Every case is also computed both ways.
 * `UPDATE=1` rewrites what comes after the arrow; types may be left out before it.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { passes } from '../../src/compiler/5-optimize/index.ts';
import { applyPass } from '../../src/compiler/5-optimize/pass.ts';
import { parseGraph } from '../../src/compiler/ir/parse.ts';
import { printGraph } from '../../src/compiler/ir/print.ts';
import { verify } from '../../src/compiler/ir/verify.ts';
import { evaluate } from '../../src/compiler/ops/evaluate.ts';
import { expectClose } from '../support/close.ts';
import { testInputs, testWeights } from '../support/net-builder.ts';

const here = dirname(fileURLToPath(import.meta.url));

for (const pass of new Set(passes))
  describe(pass.name, () => {
    for (const file of readdirSync(join(here, pass.name)).sort())
      it(file, () => {
        const path = join(here, pass.name, file);
        const [before = '', expected = ''] = readFileSync(path, 'utf8').split(/^==>$/m);
        const graph = parseGraph(before);
        expect(verify(graph)).toEqual([]);
        const result = applyPass(pass, graph);
        const after = printGraph(result);
        if (process.env['UPDATE']) writeFileSync(path, `${before.trimEnd()}\n==>\n${after}`);
        else expect(after).toBe(expected.trimStart());
        expect(verify(result)).toEqual([]);
        const names = result.outputs.map((output) => output.name);
        const inputs = testInputs(graph);
        const all = evaluate(graph, inputs, testWeights);
        expectClose(
          evaluate(result, inputs, testWeights),
          Object.fromEntries(names.map((name) => [name, all[name] ?? []])),
        );
      });
  });
