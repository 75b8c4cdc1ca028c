/** Names in statements about a net: `train` and `weights`. The net has to be there, and what is named of it. */
import type { Ident, StringLiteral, TestItem, TrainItem, WeightsItem } from '../1-parse/ast.ts';
import { textOf } from '../1-parse/source.ts';
import { fixesBy, leaveOut } from '../diagnostics/fixes.ts';
import { maxSuggestions, nearest } from '../diagnostics/nearest.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { givenTwice } from '../diagnostics/twice.ts';
import { showNames } from '../diagnostics/show-names.ts';
import { netScope } from './bind-body.ts';
import { bindClauses } from './bind-clauses.ts';
import { reportEmpty } from './empty.ts';
import type { NetDeclaration } from './model.ts';
import { childScope, markUsed, noteMissing, type Place } from './names.ts';
import { dataPaths, whyInside } from './paths.ts';

/** Binds the name of a net where a statement is about one. Returns its declaration. */
export function bindNetName(ident: Ident, place: Place): NetDeclaration | undefined {
  const found = place.module.names.get(ident.name);
  if (found?.kind === 'net') {
    place.names.bindings.set(ident, found);
    markUsed(found, place);
    return found;
  }
  if (place.module.broken.has(ident.name)) {
    noteMissing(ident, place);
    return undefined;
  }
  const near = place.names.unknown++ < maxSuggestions ? nearest(ident.name, netNames(place)) : undefined;
  const nets = showNames(netNames(place));
  place.names.report(
    diagnostic('names/unknown-net', { name: ident.name }, ident.span, {
      notes: nets === '' ? [] : [{ word: 'note', text: `this file has ${nets}` }],
      fixes: fixesBy(near, ident.span),
    }),
  );
  return undefined;
}

/** The same where a statement may be about a variant of the net's family, `Mobile.small`, which has to be one. */
export function bindVariantName(
  { net: ident, variant }: Pick<TestItem, 'net' | 'variant'>,
  place: Place,
): NetDeclaration | undefined {
  const net = ident && bindNetName(ident, place);
  const family = net?.module.families.get(net.name);
  const known = family?.variants.map(({ name }) => name.name) ?? [];
  if (!net || !variant || known.includes(variant.name)) return net;
  // A family, or a variant of it, that did not parse was reported.
  const written: readonly string[] = family ? (textOf(family.span).match(/\w+/g) ?? []) : [];
  if (written.includes(variant.name) || (!family && place.module.broken.has(net.name))) return net;
  const text = known.length > 0 ? `its family has ${showNames(known)}` : 'it has no family';
  const near = nearest(variant.name, known);
  const without = { ...variant.span, start: ident.span.end };
  place.names.report(
    diagnostic('value/no-member', { what: net.name, member: variant.name }, variant.span, {
      notes: [{ word: 'note', text }],
      fixes: known.length > 0 ? fixesBy(near, variant.span) : [leaveOut(textOf(without), without)],
    }),
  );
  return net;
}

function* netNames({ module }: Place): Iterable<string> {
  for (const { kind, name } of module.names.values()) if (kind === 'net') yield name;
}

/** Binds the net of `weights N from "…"`; the file has to be one of the project's. */
export function bindWeights(item: WeightsItem, place: Place): void {
  bindNetName(item.net, place);
  reportSecondWeights(item, place);
  reportOutside(item.from, 'weights/outside-project', place);
}

/** The first file of a net's weights is the one that counts. */
function reportSecondWeights(item: WeightsItem, { module, names }: Place): void {
  const first = module.file.items.find(
    (other) => other.kind === 'weights' && other.net.name === item.net.name,
  );
  if (first?.kind !== 'weights' || first === item) return;
  const args = { option: 'the file of weights', what: item.net.name };
  const fixes = [leaveOut(textOf(item.span), item.span)];
  const [span, again] = [first.from.span, item.net.span];
  names.report(givenTwice(args, { first: span, again, text: 'its weights', fixes }));
}

/** A file that a text names has to be one of the project's, or of a package. */
export function reportOutside(
  { value, span }: StringLiteral,
  code: 'file/outside-project' | 'weights/outside-project',
  { module, names }: Place,
): void {
  if (dataPaths(value, module.source.path) !== 'outside') return;
  names.report(diagnostic(code, { path: value }, span, whyInside));
}

export function bindTrain(item: TrainItem, place: Place): void {
  const net = bindNetName(item.net, place);
  // Of a net that is not there nothing is known: its values are not looked for.
  const inside = childScope(net && netScope(net, place));
  const scope = net ? { ...inside, trains: net } : { ...inside, extendsUnknown: true };
  reportEmpty(item.span, `train ${item.net.name}`, place);
  if (net) reportSecondTraining(item, place);
  bindClauses(item.clauses, 'train', scope, place);
}

/** A net is trained in one way: steps of it are phases, and what is trained otherwise has another name. */
function reportSecondTraining(item: TrainItem, { module, names }: Place): void {
  const { name, span } = item.net;
  const first = module.file.items.find((other) => other.kind === 'train' && other.net.name === name);
  if (first?.kind !== 'train' || first === item) return;
  const other = freeName(name, module);
  const before = { ...item.span, end: item.span.start };
  const edits = [
    { span: before, text: `net ${other} = ${name}\n` },
    { span, text: other },
  ];
  const steps = { word: 'note', text: 'steps of one training are its phases: `phase tune { … }`' } as const;
  const found = givenTwice(
    { option: 'the training', what: name },
    {
      first: first.net.span,
      again: span,
      text: 'trained here',
      fixes: [leaveOut('the second', item.span), { title: `train ${other}, another name of ${name}`, edits }],
    },
  );
  names.report({ ...found, notes: [steps] });
}

function freeName(name: string, { names }: Place['module']): string {
  for (let i = 2; ; i++) if (!names.has(`${name}${i}`)) return `${name}${i}`;
}
