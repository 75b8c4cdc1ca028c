/** `q @ k`, the product of matrices in Python: the fix writes `matmul(q, k)`, also where several stand on a line. */
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { closingOf, restOfLine } from './scan.ts';
import type { Source } from '../source.ts';

/** Most products on a line that a fix writes. */
const most = 20;

/** All products on the line of the first `@`; nothing where another operator stands beside one. */
export function productBySign(source: Source, at: number): readonly Fix[] {
  const { text } = source;
  const start = Math.max(text.lastIndexOf('\n', at - 1) + 1, at - 400);
  const whole = text.slice(start, at) + restOfLine(text, at);
  let ours: string | undefined = whole;
  for (let i = 0; i < most && ours?.includes('@'); i++) ours = withFirst(ours);
  if (ours === undefined || ours.includes('@')) return [];
  // Only what differs is replaced.
  let same = 0;
  while (same < whole.length && whole[same] === ours[same]) same++;
  let tail = 0;
  while (tail < whole.length - same && whole.at(-1 - tail) === ours.at(-1 - tail)) tail++;
  const span = { source, start: start + same, end: start + whole.length - tail };
  const title = /matmul\(.*/.exec(ours)?.[0] ?? ours;
  return [{ title, edits: [{ span, text: ours.slice(same, ours.length - tail) }] }];
}

/** The first product as a call. */
function withFirst(line: string): string | undefined {
  const at = line.indexOf('@');
  const left = operandBefore(line, at);
  const right = operandBehind(line, at + 1);
  if (left === undefined || right === undefined || /[*/%^]\s*$/.test(line.slice(0, left))) return undefined;
  const [a, b] = [line.slice(left, at).trim(), line.slice(at + 1, right).trim()];
  // Numbers have no product of matrices.
  if (/^\d/.test(a) || /^\d/.test(b)) return undefined;
  return `${line.slice(0, left)}matmul(${unwrapped(a)}, ${unwrapped(b)})${line.slice(right)}`;
}

const unwrapped = (text: string): string =>
  text.startsWith('(') && closingOf(text, 0) === text.length - 1 ? text.slice(1, -1) : text;

/** Where the name, call or parenthesis begins that ends before `at`. */
function operandBefore(line: string, at: number): number | undefined {
  let from = line.slice(0, at).trimEnd().length;
  while (line[from - 1] === ')' || line[from - 1] === ']') {
    const open = openingOf(line, from - 1);
    if (open === undefined) return undefined;
    from = open;
  }
  const [name = ''] = /[\w.]*$/.exec(line.slice(0, from)) ?? [];
  return name === '' && from === line.slice(0, at).trimEnd().length ? undefined : from - name.length;
}

/** The bracket that closes at `close`. */
function openingOf(line: string, close: number): number | undefined {
  for (let open = close - 1; open >= 0; open--)
    if ((line[open] === '(' || line[open] === '[') && closingOf(line, open) === close) return open;
  return undefined;
}

/** Where the name, call or parenthesis ends that begins behind `at`. */
function operandBehind(line: string, at: number): number | undefined {
  const [head = ''] = /^\s*[\w.]*/.exec(line.slice(at)) ?? [];
  let end = at + head.length;
  while (line[end] === '(' || line[end] === '[') {
    const close = closingOf(line, end);
    if (close === undefined) return undefined;
    end = close + 1;
    end += /^(?:\.\w+)*/.exec(line.slice(end))?.[0].length ?? 0;
  }
  return line.slice(at, end).trim() === '' ? undefined : end;
}
