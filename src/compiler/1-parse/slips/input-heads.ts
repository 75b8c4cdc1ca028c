/** Kinds and sizes of inputs in other brackets: `rgb(32, 32)`, `Input(shape = (32, 32, 3))`, `rgb[*, *]`. */
import * as t from '../../../../grammar/tokens.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import {
  anySize,
  compiledForBehind,
  imageChannels,
  inputForm,
  sizesAround,
  sizesHaveNames,
} from './input-forms.ts';
import { closingOf, partsOf, textFrom } from './scan.ts';
import { told, type Slip } from './slip.ts';

const bySizes = 'the sizes of an input stand behind its kind: `rgb 32x32`, `f32[32, 32, 3]`';

/** What makes an input elsewhere; its numbers come as they are. */
export const inputMaker =
  /^(?:Input|InputLayer|InputSpec|TensorSpec|Tensor|tensor|[Pp]laceholder|input|inputs)$/;

/** Sizes in quotes, in angle brackets, or side by side. */
const sizesOtherwise = /^(?:<[^<>\n]*>|"[^"\n]*"|\d+(?:(?:[ \t]*,[ \t]*|[ \t]+)\d+)+)/;
const behindKind = /^(in\s+\w+\s*:\s*)(\w+)([ \t]*)(?:\d[\d \t,]*)?$/;

/** `in x: rgb(32, 32)`, `rgb 32, 32`, `rgb<32, 32>`, `rgb "32x32"`, `Input(shape = (32, 32, 3))`. */
const sizesInOtherBrackets: Slip = (source, { token, start }) => {
  if (start.tokenType !== t.In) return undefined;
  const { text } = source;
  const head = text.slice(start.startOffset, token.startOffset);
  const [, before, kind, gap] = behindKind.exec(head) ?? [];
  if (before === undefined || kind === undefined || gap === undefined) return undefined;
  const from = start.startOffset + before.length;
  const open = from + kind.length + gap.length;
  const end = endOfSizes(text, open);
  if (end === undefined) return undefined;
  const [behind = '', given] = compiledForBehind(text, end);
  const inside = text.slice(open, end).replace(/^[({<"]|[)}>"]$/g, '');
  const sizes = /^[\d \t,]+$/.test(inside) ? inside.trim().replaceAll(/[ \t]*,[ \t]*|[ \t]+/g, ', ') : inside;
  const span = { source, start: from, end: end + behind.length };
  const forms = formsOfCall(kind, sizes, given);
  return told(
    source,
    token,
    bySizes,
    forms.map((ours) => replaceBy(ours, span)),
  );
};

/** Where the sizes end that begin at an offset; undefined where none do. */
function endOfSizes(text: string, open: number): number | undefined {
  if (!/[({]/.test(text[open] ?? '')) {
    const [written] = sizesOtherwise.exec(text.slice(open, open + 200)) ?? [];
    return written === undefined ? undefined : open + written.length;
  }
  const close = closingOf(text, open);
  return close === undefined ? undefined : close + 1;
}

/** `in x: 32x32`, `in x: [32, 32, 3]`: the kind was left out. */
const kindLeftOut: Slip = (source, { token, start, previous }) => {
  if (start.tokenType !== t.In || previous?.tokenType !== t.Colon) return undefined;
  const [written, list] = /^(?:\d+(?:x\d+)+|[[(]([^[\]()\n]*)[\])])/.exec(textFrom(source, token, 200)) ?? [];
  if (written === undefined) return undefined;
  const sizes = partsOf(list ?? written.replaceAll('x', ', '));
  const span = { source, start: token.startOffset, end: token.startOffset + written.length };
  const kinds = sizes.length === 2 ? ['rgb', 'gray'] : ['f32', ...picturesOf(sizes)];
  const fixes = kinds
    .flatMap((kind) => inputForm({ kind, sizes }) ?? [])
    .map((ours) => replaceBy(ours, span));
  return told(
    source,
    token,
    'the kind of an input stands before its sizes: rgb, rgba, gray, f32 or i32',
    fixes,
  );
};

/** What `Input(shape = (32, 32, 3))` and `rgb(32, 32)` are here. */
export function formsOfCall(kind: string, inside: string, given?: string): readonly string[] {
  const sizes = sizesIn(inside);
  const kinds = inputMaker.test(kind) ? ['f32', ...picturesOf(sizes)] : [kind];
  return kinds.flatMap((one) => inputForm({ kind: one, sizes, compiledFor: given }) ?? []);
}

/** The kind of picture that has so many channels. */
function picturesOf(sizes: readonly string[]): readonly string[] {
  if (sizes.length < 3) return [];
  return Object.keys(imageChannels).filter((kind) => String(imageChannels[kind]) === sizes.at(-1));
}

/** The sizes among arguments, whatever brackets are around them and whatever else is said. */
function sizesIn(inside: string): readonly string[] {
  const parts = partsOf(inside);
  const shape = parts.find((part) => /^(?:\w*shape|size|dims?)\s*=/.test(part))?.replace(/^\w+\s*=\s*/, '');
  const others = parts.filter((part) => !/^\w+\s*=/.test(part));
  const [only, second] = others;
  const written =
    shape ?? (second === undefined || /^[[(]/.test(only ?? '') ? only : others.join(', ')) ?? '';
  const bare = written.replace(/^[[(]|[\])]$/g, '');
  return /^\d+(?:x\d+)+$/.test(bare) ? bare.split('x') : partsOf(bare);
}

/** `rgb[*, *]`, `rgb[:, :]`. */
const anySizeBySign: Slip = (source, { token, start }) => {
  if (start.tokenType !== t.In || !anySize.test(token.image)) return undefined;
  const around = sizesAround(source, token.startOffset);
  return around ? told(source, token, sizesHaveNames, around.fixes) : undefined;
};

export const inputHeadSlips: readonly Slip[] = [sizesInOtherBrackets, kindLeftOut, anySizeBySign];
