/**
 * What brings branches of different shapes together: `pad = same` in the windows that lose places at the border, the number of channels
 * of the other, and for a bare shortcut the 1x1 convolution that does what the other branch does. Each fix mends all that differs.
 */
import { textOf } from '../../1-parse/source.ts';
import type { Edit, Fix } from '../../diagnostics/diagnostic.ts';
import type { Node } from '../../ir/graph.ts';
import { channelsOf } from '../../ir/type.ts';
import { channelMaker, channelsFix } from './channels.ts';
import { differingAxes, isIdentity, type Operand } from './mismatch.ts';
import { paddedPath, placesOf, stridedLayers, type Padded } from './padded-path.ts';

/** An operand as it is, or with windows padded. */
interface Choice extends Padded {
  readonly operand: Operand;
}

const asItIs = (operand: Operand): Choice => ({ operand, places: placesOf(operand.node), windows: [] });

const nothing: Fix = { title: '', edits: [] };

/** Of more operands no fix is looked for: each is compared with the ways of all others. */
const mostOperands = 16;

export function mendMismatch(op: string, operands: readonly Operand[]): readonly Fix[] {
  if (operands.length > mostOperands) return [];
  const axes = differingAxes(operands.map(({ node }) => node));
  const together = agreeing(operands);
  // What is concatenated may have channels of its own.
  const spread = op === 'concat' ? overPlaces(operands) : [];
  if (spread.length > 0) return spread;
  if (together && (op === 'concat' || !axes.includes('C'))) return parts(padFix(together));
  if (op === 'concat') return [];
  const [own, ...twins] = operands.filter(isIdentity);
  if (own && twins.length === 0) return withShortcut(own, operands);
  if (!together || operands.length !== 2) return [];
  const [a, b] = operands as readonly [Operand, Operand];
  const channels = [...channelsOfOther(a, b), ...channelsOfOther(b, a)];
  return channels.map((fix) => joined(padFix(together), fix));
}

/** One value without places, or with a single one, in every place of the others; concatenation repeats nothing by itself. */
function overPlaces(operands: readonly Operand[]): readonly Fix[] {
  const maps = operands.filter(({ node }) => placesOf(node).some((size) => size > 1));
  const [places] = maps.map(({ node }) => placesOf(node));
  const [one, ...others] = operands.filter((operand) => !maps.includes(operand));
  const agree = maps.every(({ node }) => String(placesOf(node)) === String(places));
  if (!one || !places || others.length > 0 || !agree) return [];
  const { expr, node } = one;
  if (expr.kind !== 'pipeline' && expr.kind !== 'call' && expr.kind !== 'name') return [];
  const size = [...places.map(() => 1), channelsOf(node.type)];
  const shaped = node.type.axes.length === 1 ? ` -> reshape(${size.join('x')})` : '';
  const text = `${shaped} -> upsample(${places.length === 1 ? String(places[0]) : places.join('x')})`;
  const { source, end } = expr.span;
  return [{ title: text.trim(), edits: [{ span: { source, start: end, end }, text }] }];
}

function parts(fix: Fix): readonly Fix[] {
  return fix.edits.length > 0 ? [fix] : [];
}

function channelsOfOther({ node }: Operand, other: Operand): readonly Fix[] {
  return channelsFix(node, Number(channelsOf(other.node.type)));
}

/** Every operand at the same places, with as few windows padded as possible; undefined where padding does not bring them there. */
function agreeing(operands: readonly Operand[]): readonly Choice[] | undefined {
  const nodes = operands.map(({ node }) => node);
  const choices = operands.map((operand): readonly Choice[] => {
    const padded = paddedPath(operand.node, nodes);
    const own = asItIs(operand);
    return padded && padded.windows.length > 0 ? [own, { operand, ...padded }] : [own];
  });
  const targets = choices.flat().map(({ places }) => String(places));
  const found = [...new Set(targets)].flatMap((target) => {
    const chosen = choices.map((own) => own.find(({ places }) => String(places) === target));
    const complete = chosen.filter((choice) => choice !== undefined);
    return complete.length === operands.length ? [complete] : [];
  });
  return found.sort((a, b) => countWindows(a) - countWindows(b))[0];
}

const countWindows = (choices: readonly Choice[]): number => choices.flatMap(({ windows }) => windows).length;

/** `pad = same` in each window that is padded; a fix without edits where none has to be. */
function padFix(choices: readonly Choice[]): Fix {
  const windows = choices.flatMap((choice) => choice.windows);
  const edits = new Map(windows.map(({ edit }) => [edit.span.start, edit] as const));
  const [first] = windows;
  if (!first) return nothing;
  const calls = [...new Set(windows.map(({ call }) => call))];
  const title = edits.size === 1 ? first.padded : `pad = same in ${andList(calls)}`;
  return { title, edits: [...edits.values()] };
}

function andList(texts: readonly string[]): string {
  const last = texts.slice(-1);
  return [texts.slice(0, -1).join(', '), ...last].filter((text) => text !== '').join(' and ');
}

function joined(...fixes: readonly Fix[]): Fix {
  const some = fixes.filter(({ edits }) => edits.length > 0);
  return { title: some.map(({ title }) => title).join('; '), edits: some.flatMap(({ edits }) => edits) };
}

/** A bare shortcut becomes the 1x1 convolution that does what the other branches do, once they agree among themselves. */
function withShortcut(own: Operand, operands: readonly Operand[]): readonly Fix[] {
  const others = operands.filter((operand) => operand !== own);
  const [other] = others;
  if (new Set(others.map(({ node }) => channelsOf(node.type))).size > 1) return [];
  const from = placesOf(own.node);
  const nodes = operands.map(({ node }) => node);
  const padded = others.flatMap((operand): readonly Choice[] => {
    const path = paddedPath(operand.node, nodes);
    return path ? [{ operand, ...path }] : [];
  });
  for (const choices of [others.map(asItIs), padded]) {
    const [first] = choices;
    const alike =
      choices.length === others.length &&
      choices.every(({ places }) => String(places) === String(first?.places));
    const stride = first && alike ? commonStride(from, first.places) : undefined;
    if (other && stride !== undefined) return [joined(padFix(choices), shortcut(own, other, stride))];
  }
  return [];
}

function shortcut(own: Operand, other: Operand, stride: number): Fix {
  const strided = stride === 1 ? '' : `, stride = ${writtenStride(other) ?? stride}`;
  const channels = writtenChannels(other) ?? channelsOf(other.node.type);
  const text = `conv(${channels}, 1${strided}, bias = false) -> bn`;
  const label = own.label === undefined ? '' : `${own.label}: `;
  const edit: Edit = { span: own.expr.span, text };
  return { title: `${label}${text}`, edits: [edit] };
}

/** How the branch itself writes what decides an axis (`c`, `stride`): in a block with parameters a number would fit one use only. */
function writtenIn({ expr }: Operand, node: Node | undefined, pattern: RegExp): string | undefined {
  const span = node?.span;
  const inside =
    span?.source === expr.span.source && span.start >= expr.span.start && span.end <= expr.span.end;
  return span && inside ? pattern.exec(textOf(span))?.[1]?.trim() : undefined;
}

function writtenChannels(other: Operand): string | undefined {
  return writtenIn(other, channelMaker(other.node), /^conv\(([^,()]+)/);
}

function writtenStride(other: Operand): string | undefined {
  const [only, ...more] = stridedLayers(other.node);
  return more.length === 0 ? writtenIn(other, only, /\bstride = ([^,()]+)/) : undefined;
}

/** The stride s for which ceil(n / s) is the other's size on every spatial axis. */
function commonStride(from: readonly number[], to: readonly number[]): number | undefined {
  if (from.length !== to.length) return undefined;
  for (let stride = 1; stride <= 64; stride++)
    if (from.every((n, i) => Math.ceil(n / stride) === to[i])) return stride;
  return undefined;
}
