/**
 * Preprocessing as other tools have it: `resize 224x224`, `divide 255`, `bgr`, `normalize`. What has a word here is written by it;
 * what belongs elsewhere (augmentations, the batch, types) says where.
 */
import type { InStatement, Modifier } from '../../1-parse/ast.ts';
import { textOf } from '../../1-parse/source.ts';
import { fold } from '../../2-resolve/foreign/foreign.ts';
import { imagenet, isScaled, numbersAreWritten } from '../../2-resolve/foreign/imagenet.ts';
import { augmentations, foreignAugmentations } from '../../2-resolve/training.ts';
import type { Diagnostic, Fix } from '../../diagnostics/diagnostic.ts';
import { leaveOut, replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';

interface Meaning {
  readonly why: string;
  readonly fixes: readonly Fix[];
}

/** What else stands before conditions. */
const isCondition = /^(?:when|for|st|if|given|requires?|constraints?|provided|assuming|assert)$/;

/** What a word that is none of ours means; undefined where only its spelling differs. */
export function otherPreprocessing(modifier: Modifier, statement: InStatement): Diagnostic | undefined {
  const meaning = meaningOf(modifier, statement);
  if (!meaning) return undefined;
  const { name, span } = modifier.word;
  return diagnostic('names/unknown-word', { name, what: 'preprocessing' }, span, {
    notes: [{ word: 'note', text: meaning.why }],
    fixes: meaning.fixes,
  });
}

const fitted = 'a picture of any size is brought to the size of its input; `fit` says how';

function meaningOf(modifier: Modifier, statement: InStatement): Meaning | undefined {
  const word = fold(modifier.word.name);
  const { span, args } = modifier;
  const value = args.map((arg) => textOf(arg.span)).join(' ');
  const by = (text: string): readonly Fix[] => [replaceBy(text, span)];
  const without = [leaveOut(textOf(span), span)];
  if (
    isCondition.test(word) &&
    args.some((arg) => arg.kind === 'binary') &&
    statement.preprocess[0] === modifier
  )
    return {
      why: 'the conditions of an input stand behind `where`',
      fixes: [replaceBy('where', modifier.word.span)],
    };
  if (/^(?:resize|resizing|size|shape|inputshape|inputsize)$/.test(word))
    return { why: fitted, fixes: has(statement, 'fit') ? without : by('fit stretch') };
  if (/^(?:crop|centercrop|stretch|letterbox)$/.test(word) || (word === 'pad' && value === ''))
    return { why: fitted, fixes: by(`fit ${/crop|stretch/.exec(word)?.[0] ?? 'pad'}`) };
  if (word === 'pad') return { why: 'a border is a layer: x -> pad(4)', fixes: [] };
  if (/^(?:divide|div|divideby)$/.test(word) && /^\d[\d.]*$/.test(value))
    return { why: '`scale` multiplies', fixes: by(`scale 1/${value}`) };
  if (/^(?:rgb|bgr|rgba|bgra)$/.test(word) && value === '')
    return { why: '`order` says how the channels follow one another', fixes: by(`order ${word}`) };
  return normalised(word, value, modifier, statement) ?? elsewhere(word, value, statement, without);
}

/** `normalize`, `imagenet`: with which numbers. */
function normalised(
  word: string,
  value: string,
  { span }: Modifier,
  statement: InStatement,
): Meaning | undefined {
  const scaled = isScaled(statement);
  if (/^(?:normali[sz]ed?|preprocess|imagenet)$/.test(word) && /imagenet/i.test(`${word} ${value}`)) {
    const known = statement.type.name === 'rgb' && !has(statement, 'mean') && !has(statement, 'std');
    const text = `${scaled ? '' : 'scale 1/255 '}mean ${imagenet.mean} std ${imagenet.std}`;
    return { why: numbersAreWritten, fixes: known ? [replaceBy(text, span)] : [] };
  }
  if (/^(?:normali[sz]ed?|totensor|scaled|rescaled?)$/.test(word) && value === '')
    return {
      why: '`range` says which values 0..255 become',
      fixes: scaled ? [] : [replaceBy('range 0..1', span)],
    };
  if (/^(?:standardi[sz]ed?|whiten|zerocenter|zeromean|perimage|preprocess)$/.test(word))
    return { why: numbersAreWritten, fixes: [] };
  return undefined;
}

/** What is no preprocessing. */
function elsewhere(
  word: string,
  value: string,
  { name }: InStatement,
  without: readonly Fix[],
): Meaning | undefined {
  const foreign = Object.entries(foreignAugmentations).find(([one]) => fold(one) === word);
  const augmentation = Object.hasOwn(augmentations, word) ? word : foreign?.[1];
  if (augmentation !== undefined && augmentation !== 'scale')
    return {
      why: `pictures are changed at random while training: augment ${name.name} { … } in a train`,
      fixes: without,
    };
  if (/^(?:batch|batchsize)$/.test(word))
    return {
      why: 'an input is one example; how many are trained at once `batch` in a train says',
      fixes: without,
    };
  if (/^(?:u?int8|byte|float|float32|f32|float16|half|dtype)$/.test(word))
    return { why: 'pixels come as bytes and are numbers from there on', fixes: without };
  if (/^(?:clip|clamp)$/.test(word))
    return { why: 'values are cut off by a layer: x -> clamp(0, 1)', fixes: [] };
  return /^channels? \d+$/.test(`${word} ${value}`)
    ? { why: 'the kind of an input says its channels', fixes: without }
    : undefined;
}

const has = ({ preprocess }: InStatement, word: string): boolean =>
  preprocess.some((modifier) => modifier.word.name === word);
