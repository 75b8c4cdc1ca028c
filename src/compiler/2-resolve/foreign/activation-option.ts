/** `conv(8, 3, activation = relu)`: an activation is a layer of its own, and the fix writes it behind the layer. */
import type { Arg, Expr } from '../../1-parse/ast.ts';
import { textOf } from '../../1-parse/source.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { listedSpan } from '../../diagnostics/fixes.ts';
import { fold, foreignLayer, isNothing } from './foreign.ts';
import { operatorNames } from '../vocabulary.ts';

const isActivation = (option: string): boolean =>
  /^(?:activation|act|activationfn|activationfunction|actfn|nonlinearity|actlayer)$/.test(fold(option));

export const activationNote = 'an activation is a layer of its own: conv(64, 3) -> relu';

/** The fix for one of the arguments of a layer; undefined where it is not about an activation. */
export function activationFix(arg: Arg, args: readonly Arg[]): readonly Fix[] | undefined {
  if (!arg.name || !isActivation(arg.name.name)) return undefined;
  // Of several one is meant.
  if (args.find(({ name }) => name && isActivation(name.name)) !== arg) return [];
  const layer = layerOf(arg.value);
  const { source, end } = (args.at(-1) ?? arg).span;
  const [closing] = /^[\s,]*\)(?:[ \t]+as[ \t]+\w+)?/.exec(source.text.slice(end, end + 200)) ?? [];
  if (layer === undefined || closing === undefined) return [];
  const behind = { source, start: end + closing.length, end: end + closing.length };
  const spans = args.map(({ span }) => span);
  const without = { span: listedSpan(spans, args.indexOf(arg)), text: '' };
  if (layer === '') return [{ title: `leave ${arg.name.name} out`, edits: [without] }];
  // Beside another sign the arrow would take in more than the layer.
  const start = (args[0] ?? arg).span.start;
  const before = source.text.slice(Math.max(0, start - 80), start);
  const after = source.text.slice(behind.start, behind.start + 80);
  if (/[-+*/%^]\s*\w+\s*\(\s*$/.test(before) || /^\s*(?:[-+*/%^](?!>)|[.[])/.test(after)) return [];
  return [{ title: `-> ${layer}`, edits: [without, { span: behind, text: ` -> ${layer}` }] }];
}

/** What it is called here, without any text for one that does nothing; undefined for what is no activation. */
function layerOf(value: Expr): string | undefined {
  const [name = ''] = /\w+(?=\W*$)/.exec(textOf(value.span).replace(/\(.*$/s, '')) ?? [];
  if (isNothing(name) || /^(?:linear|identity|false)$/i.test(name)) return '';
  const ours = [...operatorNames].find((one) => fold(one) === fold(name)) ?? foreignLayer(name);
  return ours !== undefined && operatorNames.has(ours) ? ours : undefined;
}
