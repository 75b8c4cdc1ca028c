/**
 * TypeScript expressions as data, so that emitting code looks like the code it emits: `call('tf.pad', x, [[0, 0], [1, 1]])`.
 * Printing breaks calls, arrays and objects over several lines where one line would be too long, as a formatter would.
 */

export type Code =
  | { readonly code: 'text'; readonly text: string }
  | { readonly code: 'call'; readonly callee: string; readonly args: readonly Code[] }
  | { readonly code: 'cast'; readonly value: Code; readonly type: string }
  | { readonly code: 'array'; readonly items: readonly Code[] }
  | { readonly code: 'object'; readonly entries: readonly (readonly [name: string, value: Code])[] };

/** What may stand for an expression: plain values mean their literals; entries that are `undefined` are left out of objects. */
export type Expression =
  | Code
  | number
  | string
  | boolean
  | readonly Expression[]
  | { readonly [name: string]: Expression | undefined };

/** Verbatim text: a variable, a member access. */
export function text(verbatim: string): Code {
  return { code: 'text', text: verbatim };
}

/** `callee(args…)`. */
export function call(callee: string, ...args: readonly Expression[]): Code {
  return { code: 'call', callee, args: args.map(expression) };
}

/** `value as type`. */
export function cast(value: Code, type: string): Code {
  return { code: 'cast', value, type };
}

/** The code of a plain value: strings in single quotes, numbers so that they read back exactly. */
export function expression(value: Expression): Code {
  if (typeof value === 'string') return text(quote(value));
  if (typeof value === 'number') return text(numberLiteral(value));
  if (typeof value === 'boolean') return text(String(value));
  if (isList(value)) return { code: 'array', items: value.map(expression) };
  if (isCode(value)) return value;
  const entries = Object.entries(value).flatMap(([name, entry]) =>
    entry === undefined ? [] : [[name, expression(entry)] as const],
  );
  return { code: 'object', entries };
}

/** A string literal in single quotes. */
export function quote(value: string): string {
  const escaped = JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${escaped}'`;
}

/** `name` where it is an identifier, quoted otherwise. */
export function propertyName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quote(name);
}

/** The shortest literal that reads back as the same number; f32 values print with f32's digits (0.1, not 0.10000000149011612). */
export function numberLiteral(value: number): string {
  if (Object.is(value, -0)) return '-0';
  const digits = Array.from({ length: 9 }, (_, i) => Number(value.toPrecision(i + 1)));
  const isF32 = Math.fround(value) === value;
  const short = (isF32 ? digits.find((n) => Math.fround(n) === value) : undefined) ?? value;
  const [plain, exponential] = [String(short), short.toExponential()];
  return exponential.length < plain.length ? exponential : plain;
}

/** Where code is printed: the indentation of its lines, the column where it starts, the width of a line. */
export interface Place {
  readonly indent: number;
  readonly column: number;
  readonly width: number;
}

/** The text of `code`, in one line if it fits from `column` on. */
export function print(code: Code, place: Place = { indent: 0, column: 0, width: Infinity }): string {
  const flat = printFlat(code);
  if (place.column + flat.length <= place.width) return flat;
  switch (code.code) {
    case 'text':
      return code.text;
    case 'cast':
      return `${print(code.value, place)} as ${code.type}`;
    case 'array':
      return `[${printLines(code.items, place)}]`;
    case 'object':
      return `{${printLines(code.entries, place)}}`;
    case 'call':
      return printCall(code, place);
  }
}

/** A lone object or array argument hugs the parentheses; other arguments get a line each. */
function printCall({ callee, args }: Extract<Code, { code: 'call' }>, place: Place): string {
  const [only] = args;
  if (only && args.length === 1 && (only.code === 'object' || only.code === 'array'))
    return `${callee}(${print(only, { ...place, column: place.column + callee.length + 1 })})`;
  return `${callee}(${printLines(args, place)})`;
}

/** One part per line, indented by two more, each with a trailing comma. */
function printLines(parts: readonly (Code | readonly [name: string, value: Code])[], place: Place): string {
  const indent = place.indent + 2;
  const lines = parts.map((part) => {
    const [label, value] = 'code' in part ? ['', part] : [entryLabel(part[0], part[1]), part[1]];
    const column = indent + label.length + 1;
    return `\n${' '.repeat(indent)}${label}${print(value, { ...place, indent, column })},`;
  });
  return `${lines.join('')}\n${' '.repeat(place.indent)}`;
}

function printFlat(code: Code): string {
  switch (code.code) {
    case 'text':
      return code.text;
    case 'call':
      return `${code.callee}(${code.args.map(printFlat).join(', ')})`;
    case 'cast':
      return `${printFlat(code.value)} as ${code.type}`;
    case 'array':
      return `[${code.items.map(printFlat).join(', ')}]`;
    case 'object':
      return code.entries.length === 0
        ? '{}'
        : `{ ${code.entries.map(([name, value]) => entryLabel(name, value) + printFlat(value)).join(', ')} }`;
  }
}

/** Shorthand where the property is called like the variable: `{ x }`. */
function entryLabel(name: string, value: Code): string {
  return value.code === 'text' && value.text === name ? '' : `${propertyName(name)}: `;
}

function isCode(value: object): value is Code {
  return 'code' in value;
}

function isList(value: object): value is readonly Expression[] {
  return Array.isArray(value);
}
