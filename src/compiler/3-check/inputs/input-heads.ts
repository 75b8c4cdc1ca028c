/** Kinds and sizes of inputs that there are not: other words for a kind, more sizes than it has, a size that may be any. */
import type { Expr, InStatement } from '../../1-parse/ast.ts';
import { anySize, imageChannels, inputForm, sizesHaveNames } from '../../1-parse/slips/input-forms.ts';
import { textOf, type Span } from '../../1-parse/source.ts';
import { counted } from '../../diagnostics/count.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { fixesBy, replaceBy } from '../../diagnostics/fixes.ts';
import { nearest } from '../../diagnostics/nearest.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import type { Session } from '../session.ts';

const kinds = [...Object.keys(imageChannels), 'f32', 'i32'];

/** What the kinds are called elsewhere. */
const foreignKinds: Readonly<Record<string, string>> = {
  ...{ float: 'f32', float32: 'f32', tensor: 'f32', vector: 'f32', signal: 'f32', audio: 'f32' },
  ...{ f16: 'f32', float16: 'f32', half: 'f32', bf16: 'f32', bfloat16: 'f32', f64: 'f32', float64: 'f32' },
  ...{ double: 'f32', number: 'f32', int: 'i32', int32: 'i32', long: 'i32', int64: 'i32', i64: 'i32' },
  ...{
    u8: 'i32',
    uint8: 'i32',
    byte: 'i32',
    i8: 'i32',
    int8: 'i32',
    u32: 'i32',
    integer: 'i32',
    bool: 'i32',
  },
  ...{ image: 'rgb', color: 'rgb', picture: 'rgb', photo: 'rgb', bgr: 'rgb', bgra: 'rgba', argb: 'rgba' },
  ...{ abgr: 'rgba', grey: 'gray', grayscale: 'gray', greyscale: 'gray', mono: 'gray' },
};

/** Kinds of numbers of other widths: a picture of bytes is one of them. */
const otherWidths =
  /^(?:b?f(?:loat)?16|bfloat16|half|f(?:loat)?64|double|[iu](?:nt)?(?:8|16|64)|u(?:int)?32|byte|long|bool)$/;

/** Whether an input's kind is one; reported where it is not. */
export function isKnownKind(statement: InStatement, session: Session): boolean {
  const { name: kind, span } = statement.type;
  if (kinds.includes(kind)) return true;
  const lower = kind.toLowerCase();
  const text = otherWidths.test(lower)
    ? 'numbers are floats or integers of 32 bits, f32 and i32; pictures of bytes are rgb, rgba, gray'
    : `there are ${kinds.join(', ')}`;
  session.report(
    diagnostic('network/input-kind', { kind }, span, {
      notes: [{ word: 'note', text }],
      fixes: kindsMeant(statement, Object.hasOwn(foreignKinds, lower) ? foreignKinds[lower] : undefined),
    }),
  );
  return false;
}

function kindsMeant(statement: InStatement, meant: string | undefined): readonly Fix[] {
  const { name: kind, span } = statement.type;
  const order = /^(?:bgra?|argb|abgr)$/i.exec(kind)?.[0].toLowerCase();
  if (order !== undefined && meant !== undefined) return [ordered(statement, meant, order)];
  const near = meant ?? nearest(kind, kinds);
  const picture = /^(?:u8|uint8|byte)$/i.test(kind) ? pictureOf(statement) : [];
  return [...picture, ...fixesBy(near, span)];
}

/** `bgr 32x32` is `rgb 32x32 order bgr`. */
function ordered(statement: InStatement, kind: string, order: string): Fix {
  const { type, dims, default: given, where, preprocess } = statement;
  const { source } = type.span;
  const last = where.at(-1) ?? given ?? dims.at(-1);
  const close =
    last === dims.at(-1) && last?.kind !== 'size'
      ? /^\s*\]/.exec(source.text.slice(last?.span.end))?.[0]
      : '';
  const end = (last?.span.end ?? type.span.end) + (close?.length ?? 0);
  const isSaid = preprocess.some(({ word }) => word.name === 'order');
  const behind = { span: { source, start: end, end }, text: ` order ${order}` };
  const edits = [{ span: type.span, text: kind }, ...(isSaid ? [] : [behind])];
  return { title: isSaid ? kind : `${kind}, order ${order}`, edits };
}

/** `u8[32, 32, 3]` is a picture of bytes. */
function pictureOf(statement: InStatement): readonly Fix[] {
  const sizes = sizesOf(statement);
  if (sizes.length !== 3) return [];
  const ours = inputForm({ kind: 'rgb', sizes, compiledFor: compiledFor(statement) });
  return ours === undefined ? [] : [replaceBy(ours, headOf(statement))];
}

/** Reports sizes that their kind does not have. */
export function reportRank(statement: InStatement, sizes: readonly number[], session: Session): void {
  const kind = statement.type.name;
  const channels = Object.hasOwn(imageChannels, kind) ? imageChannels[kind] : undefined;
  const needs =
    channels === undefined ? 'up to 4 sizes: [C], [L, C], [H, W, C] or [D, H, W, C]' : 'two sizes: [H, W]';
  const found = counted(sizes.length, 'is', 'are');
  const text = `the ${channels} channels of ${kind} follow from the kind`;
  const ours = inputForm({
    kind,
    sizes: sizesOf(statement),
    compiledFor: compiledFor(statement),
  });
  session.report(
    diagnostic('network/input-rank', { kind, needs, found }, headOf(statement), {
      notes: channels !== undefined && channels > 1 && sizes.length === 3 ? [{ word: 'note', text }] : [],
      fixes: ours === undefined ? [] : [replaceBy(ours, headOf(statement))],
    }),
  );
}

/** Reports `[-1, -1]` and `[None, None]`, once for an input; false where every size is one or has a name. */
export function reportAnySize(statement: InStatement, session: Session): boolean {
  const open = statement.dims.filter((dim) => isAnySize(dim, statement));
  const [first] = open;
  if (!first) return false;
  const sizes = sizesOf(statement);
  const ours = inputForm({ kind: statement.type.name, sizes, compiledFor: compiledFor(statement) });
  session.report(
    diagnostic('value/expected', { expected: 'a size or its name', found: textOf(first.span) }, first.span, {
      notes: [{ word: 'why', text: sizesHaveNames }],
      fixes: ours === undefined ? [] : [replaceBy(ours, headOf(statement))],
    }),
  );
  return true;
}

/** A size called `None` may be one, where it stands once and a default says for what it is compiled. */
function isAnySize(dim: Expr, { dims, default: given }: InStatement): boolean {
  const text = textOf(dim.span);
  if (!anySize.test(text)) return false;
  return (
    dim.kind !== 'name' || given === undefined || dims.filter((one) => textOf(one.span) === text).length > 1
  );
}

/** The sizes as they are written; each number of `32x32x3` by itself. */
const sizesOf = ({ dims }: InStatement): readonly string[] =>
  dims.map((dim) => (dim.kind === 'number' ? String(dim.value) : textOf(dim.span)));

const compiledFor = (statement: InStatement): string | undefined =>
  statement.default && textOf(statement.default.span);

/** Kind, sizes and the size to compile for. */
function headOf({ type, dims, default: given }: InStatement): Span {
  const { source, start } = type.span;
  const end = (given ?? dims.at(-1) ?? type).span.end;
  const close = given || dims.length === 0 ? undefined : /^\s*\]/.exec(source.text.slice(end, end + 80));
  return { source, start, end: end + (close?.[0].length ?? 0) };
}
