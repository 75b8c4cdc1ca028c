/** Exports and imports of other languages around a net: one message, and a fix that leaves a file without errors. */
import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnostics/diagnose.ts';
import { onlyOne } from './only-one.ts';

const net = 'net N {\n  in x: rgb 8x8\n  out y: tensor(x -> relu)\n}\n';

describe('what is exported', () => {
  it.each([
    ['export N', 'export before the declaration'],
    ['export default N', 'export before the declaration'],
    ['export { N }', 'export before the declaration'],
    ['module.exports = N', 'export before the declaration'],
    ['module.exports = { N }', 'export before the declaration'],
    ['exports.N = N', 'export before the declaration'],
    ['__all__ = ["N"]', 'export before the declaration'],
    ['export N as M', 'export net M = N'],
    ['export { N as M }', 'export net M = N'],
    ['pub net M = N', 'export'],
    ['public block B = relu', 'export'],
    ['private net M = N', 'leave private out'],
    ['static let a = 3', 'leave static out'],
    ['export default net M = N', 'leave default out'],
  ])('%s', (line, title) => {
    const { found, titles } = onlyOne(`${net}${line}\n`);
    expect([found.code, ...titles]).toEqual(['syntax/misplaced', title]);
  });

  it('has no fix where nothing of the name is declared', () => {
    const { found, titles } = onlyOne(`${net}export { N, M }\n`);
    expect([found.code, ...titles]).toEqual(['syntax/misplaced']);
  });
});

describe('a framework is not imported', () => {
  it.each([
    'import numpy as np',
    'import torch.nn as nn',
    'import tensorflow as tf',
    'from torch import nn',
    'from keras.layers import Conv2D, Dense',
    'from keras.layers import (\n  Conv2D,\n  Dense)',
    'import * as tf from "@tensorflow/tfjs"',
    'import { Conv2D } from "@tensorflow/tfjs"',
    'const tf = require("@tensorflow/tfjs")',
  ])('%s', (line) => {
    const { found, titles } = onlyOne(`${line}\n${net}`);
    expect([found.code, ...titles]).toEqual(['syntax/misplaced', 'leave this import out']);
  });

  it('but a file beside this one is, whatever it is called', () => {
    const text = `import { math as keras } from "./torch.cnn" now\n${net}`;
    const [found] = diagnose({ path: 'main.cnn', text });
    expect(found?.message).not.toContain('nothing is imported');
  });
});
