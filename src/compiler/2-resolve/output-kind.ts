/** What stands behind `out name:` where it is neither a value nor a kind of output. */
import type { Expr } from '../1-parse/ast.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { unknownWord } from '../diagnostics/unknown-word.ts';
import { isDeclared, type Place, type Scope } from './names.ts';
import { isBuiltin, outputKinds } from './vocabulary.ts';

/** What other words people have for them. */
const foreignKinds: Readonly<Record<string, string>> = {
  ...{ class: 'label', classification: 'label', multilabel: 'labels' },
  ...{ probability: 'prob', binary: 'prob', segmentation: 'mask', segment: 'mask' },
  ...{ landmarks: 'points', keypoints: 'points', picture: 'image', vector: 'tensor', value: 'tensor' },
};

/** Reports `lable(x)`, with the nearest kind, and `detect` without its parentheses; false for everything else. */
export function reportOutputKind(value: Expr, scope: Scope, place: Place): boolean {
  const { names } = place;
  const callee = value.kind === 'call' ? value.callee : value;
  if (callee.kind !== 'name') return false;
  const { name, span } = callee;
  if (isBuiltin(name) || isDeclared(name, scope, place)) return false;
  if (outputKinds.has(name)) {
    const option = name === 'detect' ? 'classes' : 'a value';
    const given = name === 'detect' ? '(classes = 20)' : '(…)';
    const fixes = [{ title: `${name}${given}`, edits: [] }];
    names.report(diagnostic('value/missing-argument', { what: name, option }, span, { fixes }));
    return true;
  }
  const word = unknownWord(callee, [...outputKinds.keys()], 'kind of output', foreignKinds);
  if (value.kind !== 'call' || word.fixes.length === 0) return false;
  names.report(word);
  return true;
}
