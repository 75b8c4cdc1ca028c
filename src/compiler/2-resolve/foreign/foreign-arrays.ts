/** Tables of numbers as numpy and PyTorch make them: `np.array([[1, 0], [0, 1]])`, `torch.ones(3, 3)`. Here a table is its rows in brackets. */
import type { CallExpr, Expr } from '../../1-parse/ast.ts';
import { textOf } from '../../1-parse/source.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { isDeclared, type Place, type Scope } from '../names.ts';

const modules = /^(?:np|numpy|torch|tf|jnp|math)$/;
const arrays =
  /^(?:array|asarray|ndarray|tensor|Tensor|as_tensor|FloatTensor|constant|Variable|matrix|mat|Matrix)$/;
const filled: Readonly<Record<string, string>> = { ones: '1', zeros: '0' };

const note = 'a table of numbers is its rows in brackets: `[[1, 0], [0, 1]]`';

/** Reports a call that makes such a table; false for every other one. Nothing in it needs to be bound. */
export function reportArrayCall(call: CallExpr, scope: Scope, place: Place): boolean {
  const { callee } = call;
  const name = calledName(callee, scope, place);
  if (name === undefined) return false;
  const ours = arrays.test(name) ? rowsOf(call.args[0]?.value) : tableOf(name, call);
  if (ours === undefined) return false;
  // `ones` is a word as well: what it stands for here was said.
  if (callee.kind === 'name') place.names.bindings.set(callee, { ...callee, kind: 'value', form: 'assign' });
  place.names.report(
    diagnostic('names/unknown-layer', { name: textOf(callee.span) }, callee.span, {
      notes: [{ word: 'note', text: note }],
      fixes: [replaceBy(ours, call.span)],
    }),
  );
  return true;
}

function calledName(callee: Expr, scope: Scope, place: Place): string | undefined {
  if (callee.kind === 'name') return isDeclared(callee.name, scope, place) ? undefined : callee.name;
  const isModule = callee.kind === 'member' && callee.object.kind === 'name';
  return isModule && modules.test(callee.object.name) && !isDeclared(callee.object.name, scope, place)
    ? callee.member.name
    : undefined;
}

function rowsOf(value: Expr | undefined): string | undefined {
  if (value?.kind === 'list') return textOf(value.span);
  return value?.kind === 'tuple' ? `[${textOf(value.span).slice(1, -1)}]` : undefined;
}

/** Largest table that a fix writes. */
const mostRows = 11;

/** `ones(3, 3)`, `zeros((2, 2))`. */
function tableOf(name: string, { args }: CallExpr): string | undefined {
  const item = Object.hasOwn(filled, name) ? filled[name] : undefined;
  const [first] = args.map(({ value }) => value);
  if (item === undefined || !first || args.some((arg) => arg.name)) return undefined;
  const sizes =
    first.kind === 'tuple' || first.kind === 'list' ? first.items : args.map(({ value }) => value);
  const dims =
    first.kind === 'size' ? first.dims : sizes.map((size) => (size.kind === 'number' ? size.value : 0));
  if (dims.length !== 2 || !dims.every((n) => Number.isInteger(n) && n > 0 && n <= mostRows))
    return undefined;
  const [rows = 0, columns = 0] = dims;
  const row = `[${Array.from({ length: columns }, () => item).join(', ')}]`;
  return `[${Array.from({ length: rows }, () => row).join(', ')}]`;
}
