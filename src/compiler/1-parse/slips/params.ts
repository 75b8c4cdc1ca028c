/** Parameters as other languages write them: `int c`, `c: 8`, `*args`, `list[int]`, `in`. The fix writes all of a head's in our form. */
import type { IToken } from 'chevrotain';
import * as t from '../../../../grammar/tokens.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { closingOf, partsOf } from './scan.ts';
import { told, type Slip } from './slip.ts';

/** Types by their names elsewhere, in lower case, and by our own. */
const types: Readonly<Record<string, string>> = {
  ...{ int: 'int', integer: 'int', uint: 'int', i32: 'int', i64: 'int', long: 'int', size_t: 'int' },
  ...{ float: 'float', double: 'float', number: 'float', f32: 'float', f64: 'float', real: 'float' },
  ...{ bool: 'bool', boolean: 'bool', string: 'string', str: 'string', text: 'string' },
  ...{ list: 'list', array: 'list', tuple: 'list', vector: 'list', sequence: 'list', iterable: 'list' },
  ...{ block: 'block', layer: 'block', module: 'block', callable: 'block', function: 'block' },
};

const typeOf = (word: string): string | undefined =>
  Object.hasOwn(types, word.toLowerCase()) ? types[word.toLowerCase()] : undefined;

/** The parameters of a head between their commas, in our form; undefined where one cannot be left out. `text` is the whole file. */
export function paramsInOurForm(params: string, text: string): string | undefined {
  const ours: string[] = [];
  for (const part of partsOf(params.replaceAll(/\s*\n\s*/g, ' '))) {
    const one = paramInOurForm(part, text);
    if (one === undefined) return undefined;
    if (one !== '') ours.push(one);
  }
  return ours.join(', ');
}

function paramInOurForm(part: string, text: string): string | undefined {
  if (/^(?:in|self|this|cls)$/.test(part)) return '';
  // With a default or an axis, it is hard to say what was meant.
  if (/^in\b/.test(part)) return undefined;
  const [rest, name] = /^(?:\*+|\.\.\.?)\s*(\w*)$/.exec(part) ?? [];
  if (rest !== undefined) return isReadIn(text, name ?? '') ? undefined : '';
  const [, type, of, value = ''] = /^([A-Za-z]\w*)\s+([A-Za-z]\w*)(\s*=.*)?$/.exec(part) ?? [];
  if (type !== undefined && of !== undefined) return withType(of, typeOf(type), value);
  const [, param, given] = /^(\w+)\s*:\s*(-?[\d."[(].*|true|false)$/.exec(part) ?? [];
  if (param !== undefined) return `${param} = ${given}`;
  const [, generic, base = '', inner = '', preset = ''] =
    /^(\w+)\s*:\s*(?:\w+\.)?(\w+)\s*[[<]([^\]>]*)[\]>](\s*=.*)?$/.exec(part) ?? [];
  if (generic === undefined) return part;
  const item = base.toLowerCase() === 'optional' ? typeOf(inner.trim()) : undefined;
  return withType(generic, inner.trim() === '' ? 'list' : (item ?? typeOf(base)), preset);
}

const withType = (name: string, type: string | undefined, value: string): string =>
  `${type === undefined ? name : `${name}: ${type}`}${value}`;

/** More than once: as a parameter, and where it is read. */
const isReadIn = (text: string, name: string): boolean =>
  name !== '' && (text.match(new RegExp(`\\b${name}\\b`, 'g'))?.length ?? 0) > 1;

/** `block B(int c)`, `net N(c: 8)`, `block B(*args)`, `block B(c: list[int])`. */
const paramOtherwise: Slip = (source, { token, previous, start, rules }) => {
  if (!/^params?$/.test(rules.at(-1) ?? '') || !previous) return undefined;
  const why = whyNot(token, previous);
  if (why === undefined) return undefined;
  const { text } = source;
  const [head] = /^(?:export\s+)?\w+\s+\w+\s*(?=\()/.exec(text.slice(start.startOffset)) ?? [];
  const open = start.startOffset + (head?.length ?? 0);
  const close = head === undefined ? undefined : closingOf(text, open);
  if (close === undefined) return told(source, token, why);
  const ours = paramsInOurForm(text.slice(open + 1, close), text);
  const span = { source, start: open, end: close + 1 };
  const whole = ours === '' ? '' : `(${ours ?? ''})`;
  const fixes =
    ours === undefined ? [] : [{ ...replaceBy(whole, span), title: whole === '' ? 'no parameters' : whole }];
  return told(source, token, why, fixes);
};

function whyNot({ image }: IToken, previous: IToken): string | undefined {
  if (/^(?:\*+|\.\.)$/.test(image)) return 'each parameter has a name; several values are one `list`';
  if (image === 'in') return 'what flows in is `in` by itself, and no parameter';
  if (previous.tokenType === t.Colon)
    return /^[\d."[(-]|^(?:true|false)$/.test(image) ? 'a default stands behind `=`: `c = 8`' : undefined;
  if (/^[[<.]$/.test(image)) return 'a type is one of `int float bool string list block`';
  const isType = /^[A-Za-z]\w*$/.test(image) && typeOf(previous.image) !== undefined;
  return isType ? 'the type of a parameter stands behind it: `c: int`' : undefined;
}

export const paramSlips: readonly Slip[] = [paramOtherwise];
