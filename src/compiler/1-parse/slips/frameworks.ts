/** Imports of the frameworks that others write networks in: nothing is imported for layers here. */
import { leaveOut } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { spanOf } from '../lex.ts';
import { headOf, looksLikeImport } from './import-text.ts';
import type { Slip } from './slip.ts';

/** Where layers come from elsewhere. */
const frameworks =
  /\b(?:numpy|torch\w*|tensorflow|keras|jax|flax|onnx\w*|caffe2?|mxnet|paddle|tfjs|sklearn|pandas|matplotlib|PIL|cv2|os|sys|math)\b/;

/** `import numpy as np`, `from torch import nn`, `import * as tf from "@tensorflow/tfjs"`. */
export const importOfFramework: Slip = (source, { start, rules }) => {
  if (!/^(?:item|letStatement|declaration)$/.test(rules.at(-1) ?? '')) return undefined;
  const text = headOf(source, start);
  const [line = ''] = /^[^\n{(]*(?:\{[^}]*\}|\([^)]*\))?[^\n]*/.exec(text) ?? [];
  const from = line.replaceAll(/\{[^}]*\}|"(?:\.|std\/)[^"]*"/g, '');
  if (!looksLikeImport(line) || !frameworks.test(from)) return undefined;
  const gap = /^\r?\n/.exec(text.slice(line.length))?.[0].length ?? 0;
  const span = { source, start: start.startOffset, end: start.startOffset + line.length + gap };
  const args = {
    word: start.image,
    where: 'the layers are part of the language, and nothing is imported for them',
  };
  return diagnostic('syntax/misplaced', args, spanOf(source, start), {
    fixes: [leaveOut('this import', span)],
  });
};
