/** Budgets on what a plan decides: counted where one asks, and the layer to blame is the one where most is alive. */
import { describe, expect, test } from 'vitest';
import { check, checkPlannedBudgets, resolve, type Diagnostic } from '../../src/compiler/index.ts';
import { emitWasm, optimize, plan } from '../../src/compiler/index.ts';
import { runtimeBytes } from '../../src/compiler/7-emit/package/index.ts';
import { marked } from './support.ts';

const net = [
  'net N {',
  '  in x: f32[16, 16, 3]',
  '  wide = x -> conv(64, 3, pad = same) -> maxpool(8, stride = 8)',
  '  out y: tensor(wide -> conv(4, 3, pad = same))',
  '}',
].join('\n');

function checked(text: string, imported = '') {
  const { model } = resolve(
    { path: 'n.cnn', text },
    { read: (path) => (path === 'imported.cnn' ? imported : undefined) },
  );
  const { nets, diagnostics } = check(model);
  return { model, nets, diagnostics, planned: checkPlannedBudgets(model, nets) };
}

const over = (budget: string): readonly Diagnostic[] => checked(`${net}\n${budget}`).planned;

describe('budgets of a plan', () => {
  const { nets } = checked(net);
  const graph = nets[0]?.facts?.graph;
  if (!graph) throw new Error('no graph');
  const planned = plan(optimize(graph), { relaxed: true, wide: false });

  const { bytes: code, manifest } = emitWasm(planned);
  test.each([
    ['arena', planned.bytes.arena],
    ['peak', planned.bytes.total],
    ['download', code.length + manifest.weights.bytes + runtimeBytes(planned.outputs)],
  ])('%s: exactly the limit is allowed, one byte more is not', (quantity, bytes) => {
    expect(over(`budget { ${quantity} <= ${bytes} B }`)).toEqual([]);
    const [found, ...others] = over(`budget { ${quantity} <= ${bytes - 1} B }`);
    expect(others).toEqual([]);
    expect(found?.code).toBe('assert/over-budget');
    expect(found?.label).toBe('1 bytes over');
    expect(found && marked(found)).toBe(`${quantity} <= ${bytes - 1} B`);
    expect(over(`budget { ${quantity} < ${bytes} B }`)).toHaveLength(1);
  });

  test('the step where most is alive is to blame for peak', () => {
    const [found] = over('budget { peak <= 1 kB }');
    const [label] = found?.labels ?? [];
    const alive = planned.steps.map(({ index, scratch, node }) => ({
      node,
      bytes: planned.allocations
        .filter(({ region, first, last }) => region === 'arena' && first <= index && index <= last)
        .reduce((sum, { bytes }) => sum + bytes, scratch?.bytes ?? 0),
    }));
    const fullest = alive.reduce((a, b) => (b.bytes > a.bytes ? b : a));
    expect(alive.length).toBeGreaterThan(2);
    expect(label?.span.start).toBe(fullest.node.span?.start);
    expect(label?.text).toMatch(/are alive here/);
    expect(found?.notes[0]?.text).toMatch(/^weights .* alive at once .*/);
  });

  test('the layer with the most weights is to blame for download', () => {
    const [found] = over('budget { download <= 1 kB }');
    expect(found?.labels[0]?.text).toBe('56 % of the weights');
  });

  test('a limit may be a constant, inside the net or outside', () => {
    expect(over('let most = 2 * 10\nbudget N { peak <= most }')).toHaveLength(1);
    const inside = net.replace('  in x', '  budget { arena <= 64 B }\n  in x');
    expect(checked(inside).planned.map(({ code }) => code)).toEqual(['assert/over-budget']);
  });

  test('a net of another file is planned where a budget names it', () => {
    const budget = 'use { N as Small } from "./imported.cnn"\nbudget Small { arena <= 64 B }';
    const [found, ...others] = checked(budget, `export ${net}\nbudget { arena <= 1 B }`).planned;
    expect(others).toEqual([]);
    expect(found && marked(found)).toBe('arena <= 64 B');
  });

  test('a variant of a family has limits of its own, here and in another file', () => {
    const family = `${net.replace('net N', 'net N(c = 4)').replace('conv(4', 'conv(c')}\nfamily N(c) { small = 2, large = 8 }`;
    const budgets = 'budget N.small { arena <= 64 B }\nbudget N.large { arena <= 1 MB }';
    const imported = checked(`use { N } from "./imported.cnn"\n${budgets}`, family.replace(/^/, 'export '));
    for (const { planned: found } of [checked(`${family}\n${budgets}`), imported]) {
      expect(found.map(({ message }) => message)).toEqual([
        expect.stringMatching(/^N\.small is over budget/),
      ]);
      expect(found.map(marked)).toEqual(['arena <= 64 B']);
    }
  });

  test('nothing is planned where no budget asks, or the net has errors', () => {
    expect(over('budget { params <= 1 }')).toEqual([]);
    const broken = checked(`${net.replace('maxpool(8', 'maxpool(400')}\nbudget { peak <= 1 B }`);
    expect(broken.diagnostics.some(({ severity }) => severity === 'error')).toBe(true);
    expect(broken.planned).toEqual([]);
  });
});
