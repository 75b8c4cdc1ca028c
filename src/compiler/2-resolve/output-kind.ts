/** What stands behind `out name:` where it is neither a value nor a kind of output. */
import type { Expr } from '../1-parse/ast.ts';
import { nearest } from '../diagnostics/nearest.ts';
import { replaceBy } from '../diagnostics/fixes.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { lookup, type Place, type Scope } from './names.ts';
import { isBuiltin, outputKinds } from './vocabulary.ts';

/** Reports `lable(x)`, with the nearest kind, and `detect` without its parentheses; false for everything else. */
export function reportOutputKind(value: Expr, scope: Scope, { module, names }: Place): boolean {
  const callee = value.kind === 'call' ? value.callee : value;
  if (callee.kind !== 'name') return false;
  const { name, span } = callee;
  if (isBuiltin(name) || lookup(name, scope) || module.names.has(name) || module.broken.has(name))
    return false;
  if (outputKinds.has(name)) {
    const option = name === 'detect' ? 'classes' : 'a value';
    const given = name === 'detect' ? '(classes = 20)' : '(…)';
    const fixes = [{ title: `${name}${given}`, edits: [] }];
    names.report(diagnostic('value/missing-argument', { what: name, option }, span, { fixes }));
    return true;
  }
  const near = value.kind === 'call' ? nearest(name, outputKinds) : undefined;
  if (near === undefined) return false;
  names.report(
    diagnostic('names/unknown-word', { name, what: 'kind of output' }, span, {
      notes: [{ word: 'note', text: `there are ${[...outputKinds].join(', ')}` }],
      fixes: [replaceBy(near, span)],
    }),
  );
  return true;
}
