/** `mean(H, W)`, `reshape(4, 4, 8)`, `transpose(1, 0, 2)`: what is one list here, written as arguments. */
import { textOf } from '../../1-parse/source.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { sizeOf } from '../../ir/type.ts';
import type { Use } from '../problems.ts';

/** The arguments in brackets, where they are all without names and the first option takes such a list. */
export function inBrackets({ def, args, data }: Use): readonly Fix[] {
  const [only] = def.params;
  const [first, last] = [args[0], args.at(-1)];
  if (!first || !last || def.arity.max !== 1 || args.some(({ name }) => name !== undefined)) return [];
  const numbers = args.flatMap(({ value }) => (value.kind === 'number' ? value.value : []));
  const areNumbers = numbers.length === args.length;
  const type = data[0]?.type;
  const words = args.flatMap(({ value }) => (value.kind === 'word' ? value.value : []));
  const axes = only?.kind === 'axes' && areNumbers ? numbered(numbers, type?.axes ?? []) : undefined;
  const isList =
    axes !== undefined ||
    (only?.kind === 'axes' && words.length === args.length && isEachOf(words, type?.axes ?? [])) ||
    (def.name === 'reshape' && areNumbers && type && sizeOf(numbers) === sizeOf(type.dims.map(Number)));
  if (!isList) return [];
  const text = `[${axes?.join(', ') ?? args.map(({ arg }) => textOf(arg.span)).join(', ')}]`;
  const span = { ...first.arg.span, end: last.arg.span.end };
  return [{ title: `${def.spelling ?? def.name}(${text})`, edits: [{ span, text }] }];
}

const isEachOf = (words: readonly string[], axes: readonly string[]): boolean =>
  new Set(words).size === words.length && words.every((word) => axes.includes(word));

/** Every axis once by its number, counted without the batch. */
function numbered(numbers: readonly number[], axes: readonly string[]): readonly string[] | undefined {
  const names = numbers.flatMap((n) => axes[n] ?? []);
  const isOrder = numbers.length === axes.length && new Set(names).size === axes.length;
  return isOrder ? names : undefined;
}
