/** Defaults that are not of their parameter's type: seen where they are written, for nothing may ever use them. */
import type { Expr, Param } from '../1-parse/ast.ts';
import { textOf } from '../1-parse/source.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { Place } from './names.ts';

/** What a default that is written out has to be; of others phase 3 speaks. */
const expected: Readonly<Record<string, { readonly what: string; fits(value: Expr): boolean }>> = {
  int: { what: 'a whole number', fits: (value) => value.kind === 'number' && Number.isInteger(value.value) },
  float: { what: 'a number', fits: ({ kind }) => kind === 'number' },
  bool: { what: 'true or false', fits: ({ kind }) => kind === 'bool' },
  string: { what: 'a text', fits: ({ kind }) => kind === 'string' },
  list: { what: 'a list', fits: ({ kind }) => kind === 'list' },
  block: { what: 'a block', fits: () => false },
};

const isWritten = ({ kind }: Expr): boolean =>
  kind === 'number' || kind === 'bool' || kind === 'string' || kind === 'list';

/** `block B(c: int = "a")`. The block or net is not evaluated then. */
export function reportDefault({ name, type, default: value }: Param, { names, owner }: Place): void {
  const wanted = type && Object.hasOwn(expected, type.name) ? expected[type.name] : undefined;
  if (!wanted || !value || !isWritten(value) || wanted.fits(value)) return;
  const args = { expected: `${wanted.what} for ${name.name}`, found: textOf(value.span) };
  names.report(diagnostic('value/expected', args, value.span));
  if (owner) names.broken.add(owner);
}
