/** What one application of a block follows from: the block's text, its arguments, and the types of the values that flow in. */
import type { Expr } from '../../1-parse/ast.ts';
import { textOf } from '../../1-parse/source.ts';
import type { Node } from '../../ir/graph.ts';
import { showDim } from '../../ir/dim.ts';
import type { TensorType } from '../../ir/type.ts';
import type { Site } from '../frame.ts';
import type { Session } from '../session.ts';
import type { Callable, GivenArg, Value } from '../value.ts';
import { intern, type Interned, type Signatures } from './signatures.ts';

export interface Keys {
  readonly signatures: Signatures;
  readonly types: Interned;
  /** Numbers of types that were met already. */
  readonly typeNumbers: WeakMap<TensorType, number>;
  /** Lists that were found to have no place in a key. */
  readonly tooLarge: WeakSet<Value>;
}

/** A key, and the values that flow in, each once; undefined for what depends on more than a key can hold. */
export interface Keyed {
  readonly key: string;
  readonly inputs: readonly Node[];
}

/** Values in one key: lists of lists that share their parts are small, and endless as text. */
const maxValues = 200;

type Block = Extract<Callable, { kind: 'block' }>;

export function keyOf(block: Block, site: Site, session: Session, keys: Keys): Keyed | undefined {
  const inputs: Node[] = [];
  if (site.incoming) inputs.push(site.incoming);
  const spelling: Spelling = { left: maxValues, inputs, session, keys };
  const applied = spellBlock(block, '', spelling);
  if (applied === undefined) return undefined;
  const types = inputs.map((node) => typesOf(node, spelling));
  const flows = site.incoming ? 'flow' : 'none';
  return { key: [applied, flows, ...types, session.mode, namedSizes(session)].join(';'), inputs };
}

interface Spelling {
  /** How many more values a key may hold. */
  left: number;
  readonly inputs: Node[];
  readonly session: Session;
  readonly keys: Keys;
}

/** A value as text. Undefined for what has a state (instances), or a body that is evaluated otherwise (nets, tables, outputs of nets). */
function spell(value: Value, spelling: Spelling): string | undefined {
  if (--spelling.left < 0) return undefined;
  switch (value.kind) {
    case 'number': {
      const { integer, dim, exact } = value;
      const whole = integer ? 'i' : 'f';
      return `${whole}${value.value}${exact === undefined ? '' : `~${exact}`}${dim ? `=${showDim(dim)}` : ''}`;
    }
    case 'bool':
      return String(value.value);
    case 'string':
    case 'word':
      return `${value.kind}${JSON.stringify(value.value)}`;
    case 'list':
    case 'tuple':
      return spellAll(value, spelling);
    case 'size':
      return value.dims.join('x');
    case 'range':
      return `${value.from}..${value.to}`;
    case 'source':
      return `source${JSON.stringify(value.path)}`;
    case 'identity':
      return 'identity';
    case 'op':
      return spellCall(value.name, value, segmentOf(value.expr, spelling), spelling);
    case 'block':
      return spellBlock(value, segmentOf(value.expr, spelling), spelling);
    case 'tensor':
      return value.outputs ? undefined : `in${indexOf(value.node, spelling.inputs)}`;
    case 'array':
    case 'net':
    case 'instance':
    case 'unknown':
      return undefined;
  }
}

/** The name under which a layer that is handed on owns its weights belongs to it; that of the applied block is in the path. */
const segmentOf = (expr: Expr, { session }: Spelling): string => session.model.segments.get(expr) ?? '';

function spellBlock(block: Block, segment: string, spelling: Spelling): string | undefined {
  const signature = spelling.keys.signatures.of(block.declaration);
  return signature === undefined ? undefined : spellCall(`block${signature}`, block, segment, spelling);
}

function spellCall(
  name: string,
  { args }: { readonly args: readonly GivenArg[] },
  segment: string,
  spelling: Spelling,
): string | undefined {
  const given = args.map((arg) => spellArg(arg, spelling));
  return given.includes(undefined) ? undefined : `${name} ${segment}(${given.join(',')})`;
}

function spellArg({ name, value }: GivenArg, spelling: Spelling): string | undefined {
  const text = spell(value, spelling);
  return text === undefined || name === undefined ? text : `${name}=${text}`;
}

function spellAll(list: Extract<Value, { kind: 'list' | 'tuple' }>, spelling: Spelling): string | undefined {
  const { tooLarge } = spelling.keys;
  if (tooLarge.has(list)) return undefined;
  const texts = list.items.map((item) => spell(item, spelling));
  if (!texts.includes(undefined)) return `${list.kind}[${texts.join(',')}]`;
  tooLarge.add(list);
  return undefined;
}

function indexOf(node: Node, inputs: Node[]): number {
  const at = inputs.indexOf(node);
  return at === -1 ? inputs.push(node) - 1 : at;
}

/** The type of a value that flows in, at the default sizes and over named ones. */
function typesOf(node: Node, { session, keys }: Spelling): string {
  const symbolic = session.symbolic.get(node);
  const type = numberOf(node.type, keys);
  if (symbolic === undefined) return `${type}`;
  return `${type}/${symbolic === 'unknown' ? 'unknown' : numberOf(symbolic, keys)}`;
}

/** A number of a type: equal types, equal numbers. */
export function numberOf(type: TensorType, { types, typeNumbers }: Keys): number {
  const known = typeNumbers.get(type);
  if (known !== undefined) return known;
  const number = intern(`${type.dtype} ${type.axes.join()} ${type.dims.map(showDim).join()}`, types);
  typeNumbers.set(type, number);
  return number;
}

/** What the solver decides by. */
function namedSizes({ named }: Session): string {
  if (named.sizes.size === 0) return '';
  const sizes = [...named.sizes.values()].map((size) => `${size.name}=${size.default}%${size.modulus}`);
  return [...sizes, ...named.where.map(({ span }) => textOf(span))].join(',');
}
