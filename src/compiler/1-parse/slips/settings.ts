/** Settings of `train` with a colon: `optimizer: "adam", epochs: 5`. One fix writes all of the block in our form. */
import type { Failure } from '../../../../grammar/recovering-parser.ts';
import * as t from '../../../../grammar/tokens.ts';
import type { Edit } from '../../diagnostics/diagnostic.ts';
import { endOfExpression } from './scan.ts';
import { told, type Slip } from './slip.ts';
import type { Source } from '../source.ts';

/** What other frameworks call the settings. */
export const foreignSettings: Readonly<Record<string, string>> = {
  ...{ learning_rate: 'lr', learningRate: 'lr', rate: 'lr', criterion: 'loss', objective: 'loss' },
  ...{ optimizer: 'optim', optimiser: 'optim', batch_size: 'batch', batchSize: 'batch', bs: 'batch' },
  ...{ minibatch: 'batch', iterations: 'steps', num_epochs: 'epochs', random_seed: 'seed' },
  ...{ nb_epoch: 'epochs', n_epochs: 'epochs', max_epochs: 'epochs', num_steps: 'steps', max_steps: 'steps' },
  ...{ schedule: 'lr', scheduler: 'lr', lr_scheduler: 'lr', lr_schedule: 'lr' },
  ...{ dataset: 'data', train_data: 'data', val_data: 'validation', val: 'validation' },
  ...{ grad_clip: 'clip', gradient_clip: 'clip', clipnorm: 'clip', clip_norm: 'clip', max_grad_norm: 'clip' },
};

const isSetting = ({ token, start, previous, rules }: Failure): boolean =>
  token.tokenType === t.Colon &&
  previous === start &&
  start.tokenType === t.Name &&
  rules.some((rule) => /^(?:trainBody|trainClause|setting)$/.test(rule));

const byColon: Slip = (source, failure) => {
  if (!isSetting(failure)) return undefined;
  const edits: Edit[] = [];
  const names: string[] = [];
  for (const { start, value, end, name, sign } of settingsFrom(source, failure.start.startOffset)) {
    if (sign !== ':') continue;
    const ours = Object.hasOwn(foreignSettings, name) ? (foreignSettings[name] ?? name) : name;
    names.push(ours);
    edits.push(
      { span: { source, start, end: value }, text: `${ours} = ` },
      ...wordAlone(source, value, end, ours),
    );
  }
  const title = `${names.join(', ')} with =`;
  return told(source, failure.token, 'a setting is `epochs = 5`', [{ title, edits }]);
};

interface Written {
  readonly name: string;
  readonly sign: string;
  readonly start: number;
  readonly value: number;
  readonly end: number;
}

/** Settings from an offset on to the end of their braces. */
function settingsFrom({ text }: Source, from: number): readonly Written[] {
  const found: Written[] = [];
  for (let at = from; ;) {
    const [head, name = '', sign = ''] = /^(\w+)[ \t]*([=:])(?!=)[ \t]*/.exec(text.slice(at, at + 120)) ?? [];
    if (head === undefined) return found;
    const value = at + head.length;
    const end = endOfExpression(text, value);
    found.push({ name, sign, start: at, value, end });
    at = end + (/^(?:[\s,]|\/\/[^\n]*)*/.exec(text.slice(end, end + 400))?.[0].length ?? 0);
  }
}

/** `"Adam"` → `adam`: an optimiser or a schedule is a word. */
function wordAlone(source: Source, start: number, end: number, setting: string): readonly Edit[] {
  const [, word] = /^["']?([A-Za-z]\w*)["']?$/.exec(source.text.slice(start, end)) ?? [];
  const isWord = setting === 'optim' || setting === 'lr';
  return word !== undefined && isWord ? [{ span: { source, start, end }, text: word.toLowerCase() }] : [];
}

/** Whether it only says again of the next setting what was said of the one before. */
export function isNextSetting({ text }: Source, before: Failure, failure: Failure): boolean {
  const between = text.slice(before.start.startOffset, failure.start.startOffset);
  return isSetting(before) && isSetting(failure) && !/[{}]/.test(between);
}

export const settingSlips: readonly Slip[] = [byColon];
