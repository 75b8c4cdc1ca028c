/**
 * `let encode = Encoder` names the block, `let encode = Encoder()` makes one instance of it. Who applies such a name twice most likely
 * wanted the instance: the two uses would have weights of their own, and nothing else would tell.
 */
import type { CallExpr, NameExpr } from '../1-parse/ast.ts';
import { replaceBy } from '../diagnostics/fixes.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { Place } from './names.ts';

/** Notes a value that stands as a layer: it may have been meant to be one. */
export function noteAsLayer(use: NameExpr | CallExpr, { names }: Place): void {
  const value = names.bindings.get(use.kind === 'call' ? use.callee : use);
  if (value?.kind !== 'let' && (value?.kind !== 'value' || value.form !== 'assign')) return;
  if (use.kind === 'call' && (use.args.length !== 1 || use.args[0]?.name)) return;
  const uses = names.asLayers.get(value) ?? [];
  uses.push(use);
  names.asLayers.set(value, uses);
}

/** Notes a name that is applied as it is; reports the second time. */
export function noteApplied(expr: NameExpr, { names, module }: Place): void {
  const applied = names.bindings.get(expr);
  if (module.external || applied?.kind !== 'let' || applied.module) return;
  const { value } = applied.statement;
  const of = value.kind === 'name' ? names.bindings.get(value) : undefined;
  if (of?.kind !== 'block' && of?.kind !== 'net') return;
  const first = names.applied.get(applied);
  if (!first) return void names.applied.set(applied, expr.span);
  names.report(
    diagnostic('network/not-shared', { name: applied.name, of: of.name }, expr.span, {
      labels: [
        { span: value.span, text: `the ${of.kind}, not one instance of it` },
        { span: first, text: 'other weights' },
      ],
      fixes: [{ ...replaceBy(`${of.name}()`, value.span), title: `let ${applied.name} = ${of.name}()` }],
    }),
  );
}
