/** Training as other tools write it: heads of `train` and `phase`, paths of `freeze`, augmentations. */
import * as t from '../../../../grammar/tokens.ts';
import type { Diagnostic, Fix } from '../../diagnostics/diagnostic.ts';
import { leaveOut, replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { spanOf } from '../lex.ts';
import { onlyNet } from './only-net.ts';
import { closingOf, textFrom } from './scan.ts';
import { beginning, replaced, told, type Slip } from './slip.ts';

/** As much of a text as a head can be long. */
const longest = 400;

const example = 'a net is trained by `train Net { loss = … }`';

const trainHead =
  /^(?:train|training|fit|compile|learn)\b\s*(?:["']?(?<net>[A-Z]\w*)["']?)?\s*(?:\([^(){}\n]*\))?\s*[=:]?\s*(?=\{)/;

/** `train {`, `train "N" {`, `train N = {`, `fit N {`. */
const trainOtherwise: Slip = (source, { token, start, rules }) => {
  if (!/^(?:item|train|trainBody)$/.test(rules.at(-1) ?? '')) return undefined;
  const found = trainHead.exec(textFrom(source, start, longest));
  if (!found) return undefined;
  const net = found.groups?.['net'] ?? onlyNet(source);
  const span = { source, start: start.startOffset, end: start.startOffset + found[0].length };
  // Of a head in our form the failure is another.
  if (/^train [A-Z]\w* $/.test(found[0])) return undefined;
  const isWord = start.image !== 'train';
  const fixes =
    net === undefined || found[0].includes('(')
      ? []
      : [{ title: `train ${net}`, edits: [{ span, text: `train ${net} ` }] }];
  if (!isWord) return told(source, token, example, fixes);
  return diagnostic('syntax/misplaced', { word: start.image, where: example }, spanOf(source, start), {
    fixes,
  });
};

/** `model.compile(optimizer = …)`, `N.fit(x, y)`. */
const trainedByCall: Slip = (source, { start, rules }) => {
  if (rules.at(-1) !== 'item' || start.tokenType !== t.Name) return undefined;
  const text = textFrom(source, start, longest);
  if (!/^\w+\.(?:compile|fit|fit_generator|train|backward|step)\s*\(/.test(text)) return undefined;
  return diagnostic('syntax/misplaced', { word: start.image, where: example }, spanOf(source, start));
};

const phaseHead =
  /^(?:phase|stage|step)\b\s*(?:["'](?<title>[A-Za-z]\w*)["']|(?<name>[A-Za-z]\w*)|(?<number>\d+))?\s*:?\s*(?<open>\{)?/;

/** `phase {`, `phase 1 {`, `phase "head" {`, `stage head {`, `phase head: epochs = 5`. */
export const phaseOtherwise: Slip = (source, { token, start, previous, rules }) => {
  if (!rules.some((rule) => /^(?:trainClause|trainBody|phase|setting)$/.test(rule))) return undefined;
  const { text } = source;
  const found = phaseHead.exec(textFrom(source, start, longest));
  if (!found?.groups || (start.tokenType !== t.Phase && start.tokenType !== t.Name)) return undefined;
  const { title, name, number, open } = found.groups;
  if (open === undefined && start.tokenType !== t.Phase) return undefined;
  const ours = title ?? name ?? `phase${number ?? '1'}`;
  const why = 'a phase has a name and its settings in braces: `phase head { epochs = 5 }`';
  const end = start.startOffset + found[0].length;
  if (found[0] === `phase ${ours} {`) return undefined;
  const tell = (fixes: readonly Fix[]): Diagnostic =>
    token.image.trim() === ''
      ? diagnostic('syntax/incomplete', { expected: why }, spanOf(source, previous ?? start), { fixes })
      : told(source, token, why, fixes);
  if (open !== undefined)
    return tell([replaceBy(`phase ${ours} {`, { source, start: start.startOffset, end })]);
  const [rest = ''] = /^[^{}\n]*?(?=[ \t]*(?:\/\/|\}|\r?\n|$))/.exec(text.slice(end, end + longest)) ?? [];
  const span = { source, start: start.startOffset, end: end + rest.length };
  const fixes = rest === '' ? [] : [replaceBy(`phase ${ours} { ${rest.trim()} }`, span)];
  return tell(fixes);
};

/** `metrics = accuracy, top5`: the second looks like a setting. What is in parentheses behind one, no metric has. */
const metricsInLine: Slip = (source, { token, start, rules }) => {
  if (!rules.includes('setting') || start.tokenType !== t.Name) return undefined;
  const head = beginning(source, /\bmetrics\s*=\s*(?=\w)/g, start.startOffset);
  if (head === undefined) return undefined;
  const [whole = '', words = ''] =
    /^metrics\s*=\s*(\w+(?:\([^()\n]*\))?(?:\s*,\s*\w+(?:\([^()\n]*\))?)+)(?=[ \t]*(?:\/\/|\}|\r?\n|$|\w+[ \t]*=))/.exec(
      source.text.slice(head, head + longest),
    ) ?? [];
  if (head + whole.length <= start.startOffset) return undefined;
  const span = { source, start: head, end: head + whole.length };
  return told(source, token === start ? token : start, 'several metrics are a list in brackets', [
    replaceBy(`metrics = [${words.replaceAll(/\([^()]*\)/g, '')}]`, span),
  ]);
};

/** `unfreeze a.**`. */
const unfrozen: Slip = (source, { token, start, rules }) => {
  if (rules.at(-1) !== 'setting' || token === start || !/^(?:unfreeze|thaw|train_only)$/.test(start.image))
    return undefined;
  const [line = ''] = /^[^\n{},]*/.exec(textFrom(source, start, longest)) ?? [];
  const span = { source, start: start.startOffset, end: start.startOffset + line.trimEnd().length };
  const where = 'what the `freeze` of this phase, or of the train around it, does not name is trained';
  return diagnostic('syntax/misplaced', { word: start.image, where }, spanOf(source, start), {
    fixes: [leaveOut(line.trim(), span)],
  });
};

/** `freeze "a.**"`, `freeze [a.**]`, `freeze(a.**)`, `freeze: a.**`. */
const freezeOtherwise: Slip = (source, { token, start }) => {
  if (start.image !== 'freeze' || token === start) return undefined;
  const text = textFrom(source, start, longest);
  const [whole, given = ''] =
    /^freeze\s*(?:[=:]\s*)?([[("'][^\n{}]*?[\])"']|[\w.*[\]]+(?:,[ \t]*[\w.*[\]]+)*)(?=[ \t]*(?:\/\/|\}|\r?\n|$))/.exec(
      text,
    ) ?? [];
  if (whole === undefined) return undefined;
  const paths = given.replaceAll(/^[[(]|[\])]$|["']/g, '').trim();
  const why = 'weight paths stand behind `freeze` as they are: `freeze stem.**`';
  if (!/^[\w.*[\]]+(?:\s*,\s*[\w.*[\]]+)*$/.test(paths)) return told(source, token, why);
  const span = { source, start: start.startOffset, end: start.startOffset + whole.length };
  return told(source, token, why, [replaceBy(`freeze ${paths}`, span)]);
};

const augmentHead =
  /^(?:augment|augmentations?|augmenter|transforms?)\b\s*(?<input>[A-Za-z]\w*)?\s*[=:]?\s*(?<open>[[({])?/;

/** `augment { flip }`, `augment x [flip]`, `augment x = { flip }`, `augment x: flip`. */
const augmentOtherwise: Slip = (source, { token, start, rules }) => {
  if (!rules.some((rule) => /^(?:trainClause|trainBody|augment|setting)$/.test(rule))) return undefined;
  const { text } = source;
  const found = augmentHead.exec(textFrom(source, start, longest));
  if (!found) return undefined;
  const { input, open } = found.groups ?? {};
  const why = 'augmentations stand in braces behind their input: `augment photo { flip, rotate(10) }`';
  const head = start.startOffset + found[0].length;
  const close = open === undefined ? undefined : closingOf(text, head - 1);
  const [rest = ''] = /^[^{}\n]*?(?=[ \t]*(?:\/\/|\}|\r?\n|$))/.exec(text.slice(head, head + longest)) ?? [];
  const inside = close === undefined ? rest : text.slice(head, close).trim();
  const ours = input ?? onlyInput(text);
  const end = close === undefined ? head + rest.length : close + 1;
  if (open === '{' && token.startOffset >= end) return undefined;
  if (inside === '' || ours === undefined || (open !== undefined && close === undefined))
    return told(source, token, why);
  const span = { source, start: start.startOffset, end };
  return told(source, token, why, [replaceBy(`augment ${ours} { ${inside} }`, span)]);
};

/** The input of a file that has one. */
function onlyInput(text: string): string | undefined {
  const [first, ...others] = text.matchAll(/^[ \t]*in[ \t]+(\w+)[ \t]*:/gm);
  return others.length === 0 ? first?.[1] : undefined;
}

/** `rotate = 10`, `rotate: 10` among augmentations; `epochs(5)` among settings. */
const amountByAnotherSign: Slip = (source, { token, start, previous, rules }) => {
  if (previous !== start || start.tokenType !== t.Name) return undefined;
  const text = textFrom(source, start, longest);
  if (rules.at(-1) === 'setting' && token.tokenType === t.LParen) {
    const [whole, name, value] = /^(\w+)\s*\(([^()\n]*)\)/.exec(text) ?? [];
    if (whole === undefined) return undefined;
    const span = { source, start: start.startOffset, end: start.startOffset + whole.length };
    return told(source, token, 'a setting is `epochs = 5`', [replaceBy(`${name} = ${value}`, span)]);
  }
  if (rules[0] !== 'expression' || (token.tokenType !== t.Equal && token.tokenType !== t.Colon))
    return undefined;
  const [whole, name, value] = /^(\w+)\s*[=:]\s*([^\s,{}]+)/.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const span = { source, start: start.startOffset, end: start.startOffset + whole.length };
  return told(source, token, 'an amount stands in parentheses: `rotate(10)`', [
    replaceBy(`${name}(${value})`, span),
  ]);
};

/** `assert val.accuracy > 0.9` in a `train`. */
const assertInTrain: Slip = (source, { start, rules }) =>
  rules.at(-1) === 'trainClause' && start.image === 'assert'
    ? replaced(source, start, 'what training has to reach stands behind `expect`', 'expect')
    : undefined;

/** `"loss": …`. */
const settingInQuotes: Slip = (source, { token, start, rules }) => {
  if (rules.at(-1) !== 'trainClause' || token !== start || token.tokenType !== t.StringToken)
    return undefined;
  const [whole, name] = /^"([A-Za-z]\w*)"\s*[:=]\s*/.exec(textFrom(source, token, 80)) ?? [];
  if (whole === undefined) return undefined;
  const span = { source, start: token.startOffset, end: token.startOffset + whole.length };
  return told(source, token, 'a setting is `epochs = 5`', [
    { title: `${name} =`, edits: [{ span, text: `${name} = ` }] },
  ]);
};

export const trainingSlips: readonly Slip[] = [
  trainOtherwise,
  trainedByCall,
  phaseOtherwise,
  metricsInLine,
  unfrozen,
  freezeOtherwise,
  augmentOtherwise,
  amountByAnotherSign,
  assertInTrain,
  settingInQuotes,
];
