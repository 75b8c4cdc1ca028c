/**
 * Slips that have a name: words and signs of other languages, signs in two pieces, brackets of another kind, a sign left out. Each is
 * told in its own words with a fix that applies; everything else is left to failures.ts. One file for each construct.
 */
import type { Failure } from '../../../../grammar/recovering-parser.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { arithmeticSlips } from './arithmetic.ts';
import { bodyWithoutBraces, nothingBeforeBrace } from './bodies.ts';
import { blockHeadSlips } from './block-heads.ts';
import { callSlips } from './calls.ts';
import { choiceSlips } from './choices.ts';
import { assertSlips } from './asserts.ts';
import { clauseSlips } from './clauses.ts';
import { conditionSlips } from './conditions.ts';
import { defaultsSlips } from './defaults.ts';
import { detectSlips } from './detects.ts';
import { exportSlips } from './exports.ts';
import { filterSlips } from './filters.ts';
import { headSlips } from './heads.ts';
import { importSlips } from './imports.ts';
import { inputHeadSlips } from './input-heads.ts';
import { limitSlips } from './limits.ts';
import { loopSlips } from './loops.ts';
import { movedByOtherSigns } from './moved.ts';
import { namingSlips } from './naming.ts';
import { modifierSlips } from './modifiers.ts';
import { numberSlips } from './numbers.ts';
import { outSlips } from './outs.ts';
import { paramSlips } from './params.ts';
import { parenthesisSlips } from './parentheses.ts';
import { settingSlips } from './settings.ts';
import { signLeftOut, signSlips } from './signs.ts';
import { sliceSlips } from './slices.ts';
import type { Slip } from './slip.ts';
import { testSlips } from './tests.ts';
import { phaseOtherwise, trainingSlips } from './training.ts';
import { netHeadSlips } from './net-heads.ts';
import { weightsLineSlips } from './weights-lines.ts';
import { weightsSlips } from './weights.ts';
import { wordSlips } from './words.ts';
import type { Source } from '../source.ts';

/** What is said about a failure that is a known slip; undefined for others. */
export function explainSlip(source: Source, failure: Failure): Diagnostic | undefined {
  // Where the text is over there is nothing to read on.
  const known = failure.token.image === '' ? slips.filter((slip) => !readsOn.has(slip)) : slips;
  for (const slip of known) {
    const found = slip(source, failure);
    if (found) return found;
  }
  return undefined;
}

/** These read the text from the token that does not fit. */
const readsOn: ReadonlySet<Slip> = new Set([
  ...loopSlips,
  nothingBeforeBrace,
  ...choiceSlips,
  bodyWithoutBraces,
  movedByOtherSigns,
  ...filterSlips,
  ...limitSlips,
  ...assertSlips,
  ...weightsSlips,
  ...headSlips,
  ...inputHeadSlips,
  ...namingSlips,
  ...outSlips,
  ...modifierSlips,
  ...weightsLineSlips,
  ...trainingSlips.filter((slip) => slip !== phaseOtherwise),
  ...blockHeadSlips,
  ...paramSlips,
  ...callSlips,
  ...sliceSlips,
  ...settingSlips,
]);

const slips: readonly Slip[] = [
  ...sliceSlips,
  ...detectSlips,
  ...numberSlips,
  ...conditionSlips,
  ...arithmeticSlips,
  ...blockHeadSlips,
  ...netHeadSlips,
  ...paramSlips,
  ...loopSlips,
  nothingBeforeBrace,
  ...choiceSlips,
  bodyWithoutBraces,
  ...exportSlips,
  ...weightsLineSlips,
  ...importSlips,
  movedByOtherSigns,
  ...filterSlips,
  ...limitSlips,
  ...assertSlips,
  ...weightsSlips,
  ...inputHeadSlips,
  ...modifierSlips,
  ...trainingSlips,
  ...settingSlips,
  ...outSlips,
  ...namingSlips,
  ...callSlips,
  ...wordSlips,
  ...signSlips,
  ...parenthesisSlips,
  ...testSlips,
  ...clauseSlips,
  ...defaultsSlips,
  ...headSlips,
  signLeftOut,
];
