/**
 * Settings of `train` that other frameworks have: those with another name here, options of the optimiser, terms of the loss, and
 * what is no matter of a net's text. The fix writes what was meant, value and all, or leaves it out.
 */
import type { Expr, TrainClause } from '../1-parse/ast.ts';
import { foreignSettings } from '../1-parse/slips/settings.ts';
import { textOf, type Span } from '../1-parse/source.ts';
import type { Diagnostic, Edit, Fix } from '../diagnostics/diagnostic.ts';
import { leaveOut, replaceBy } from '../diagnostics/fixes.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { unknownWord } from '../diagnostics/unknown-word.ts';
import { fold } from './foreign/foreign.ts';
import { optimisers, schedules, settings } from './training.ts';
import { wordOtherwise } from './foreign/word-otherwise.ts';

type SettingClause = Extract<TrainClause, { kind: 'setting' }>;

const what = 'setting of a train block';

/** What the framework that trains is told, and what there is no word for. */
const elsewhere: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:callbacks?|earlystopping|earlystop|patience|hooks?)$/,
    'a training ends after its `epochs` or `steps`; there are no callbacks',
  ],
  [
    /^(?:verbose|log(?:ger|ging|s|dir|interval)?|tensorboard|progress|printevery|device|gpus?|cuda|numworkers|workers|precision|mixedprecision|amp|fp16|bf16|half|distributed|strategy|parallel|prefetch|cache|pinmemory)$/,
    'how and where it is run is no matter of the net',
  ],
  [
    /^(?:checkpoints?|checkpointdir|save|savebest|savepath|output|outputdir|outdir|resume)$/,
    'the trained weights are a file, which the net is given by `weights Net from "net.safetensors"`',
  ],
  [/^(?:shuffle|droplast)$/, 'the examples of every epoch are in another order'],
  [/^stepsperepoch$/, 'an epoch is once through the data'],
  [
    /^(?:labelsmoothing|classweights?|sampleweights?|lossweights?|ema|warmup\w*|accumulate\w*|gradaccum\w*|gradientaccumulation\w*)$/,
    'there is no word for it',
  ],
];

/** Says what a setting that is none is called here, or where it belongs. */
export function unknownSetting(clause: SettingClause, beside: readonly TrainClause[]): Diagnostic {
  const { name } = clause;
  const known = Object.keys(settings);
  const told = meant(clause, beside);
  if (told) return diagnostic('names/unknown-word', { name: name.name, what }, name.span, told);
  const found = unknownWord(name, known, what, foreignSettings);
  return { ...found, fixes: found.fixes.map((fix) => withItsValue(fix, clause)) };
}

interface Told {
  readonly notes: readonly { readonly word: 'note'; readonly text: string }[];
  readonly fixes: readonly Fix[];
}

const note = (text: string, fixes: readonly Fix[]): Told => ({ notes: [{ word: 'note', text }], fixes });

function meant(clause: SettingClause, beside: readonly TrainClause[]): Told | undefined {
  const { name, value, span } = clause;
  const word = fold(name.name);
  const given = textOf(value.span);
  const alone = [leaveOut(textOf(span), withItsLine(span))];
  if (/^(?:validation|val)split$/.test(word))
    return note('a share of the data to validate with is a source of its own', [
      replaceBy(`validation = split(${given})`, span),
    ]);
  if (
    /^(?:l2|l1|regulari[sz](?:er|ation)|weightregulari[sz](?:er|ation))$/.test(word) &&
    value.kind === 'number'
  )
    return note(
      'what is added to the loss stands in it',
      regularised(word === 'l1' ? 'l1' : 'l2', clause, beside),
    );
  if (word === 'dropout') return note('dropout is a layer: x -> dropout(0.5)', []);
  const option = optionOf(name.name);
  if (option !== undefined)
    return note(`${option} is an option of the optimiser`, inOptimiser(option, clause, beside));
  const other = elsewhere.find(([words]) => words.test(word));
  return other && note(other[1], alone);
}

/** An option that some optimiser has. */
function optionOf(name: string): string | undefined {
  const options = Object.values(optimisers).flatMap((one) => Object.keys(one));
  return options.find((option) => option !== 'lr' && fold(option) === fold(name));
}

/** Takes the setting out and gives it to the optimiser, where that has such an option and not yet a value for it. */
function inOptimiser(option: string, clause: SettingClause, beside: readonly TrainClause[]): readonly Fix[] {
  const optim = settingOf('optim', beside)?.value;
  const callee = optim?.kind === 'call' ? optim.callee : optim;
  if (!optim || callee?.kind !== 'name') return [];
  const options = Object.hasOwn(optimisers, callee.name) ? optimisers[callee.name] : undefined;
  const args = optim.kind === 'call' ? optim.args : [];
  const isGiven = args.some((arg, i) => (arg.name?.name ?? Object.keys(options ?? {})[i]) === option);
  if (!options || !Object.hasOwn(options, option) || isGiven) return [];
  const text = `${option} = ${textOf(clause.value.span)}`;
  const end = optim.kind === 'call' ? optim.span.end - 1 : optim.span.end;
  const at = { ...optim.span, start: end };
  const written = optim.kind !== 'call' ? `(${text})` : args.length === 0 ? text : `, ${text}`;
  return [moved(`${callee.name}(${text})`, clause, { span: { ...at, end }, text: written })];
}

/** ` + 0.01 * l2(**.weight)` behind the loss. */
function regularised(by: string, clause: SettingClause, beside: readonly TrainClause[]): readonly Fix[] {
  const loss = settingOf('loss', beside)?.value;
  if (!loss) return [];
  const text = `${textOf(clause.value.span)} * ${by}(**.weight)`;
  return [moved(`+ ${text}`, clause, { span: { ...loss.span, start: loss.span.end }, text: ` + ${text}` })];
}

const settingOf = (name: string, clauses: readonly TrainClause[]): SettingClause | undefined =>
  clauses.find((clause): clause is SettingClause => clause.kind === 'setting' && clause.name.name === name);

/** The setting taken out, and what is written for it elsewhere; one edit where they touch. */
function moved(title: string, { span }: SettingClause, edit: Edit): Fix {
  const out = withItsLine(span);
  if (out.start !== edit.span.end) return { title, edits: [edit, { span: out, text: '' }] };
  return { title, edits: [{ span: { ...out, start: edit.span.start }, text: edit.text }] };
}

/** With the line end or the comma that goes with it. */
function withItsLine(span: Span): Span {
  const { text } = span.source;
  const [behind = ''] = /^[ \t]*,[ \t]*/.exec(text.slice(span.end, span.end + 80)) ?? [];
  if (behind !== '') return { ...span, end: span.end + behind.length };
  const line = text.lastIndexOf('\n', span.start - 1);
  const isAlone =
    text.slice(line + 1, span.start).trim() === '' &&
    /^[ \t]*\r?\n/.test(text.slice(span.end, span.end + 80));
  return isAlone && line >= 0 ? { ...span, start: line } : span;
}

/** `optimizer = "adam"` is `optim = adam`: the value in our form, too. */
function withItsValue(fix: Fix, { name, value, span }: SettingClause): Fix {
  const setting = Object.hasOwn(settings, fix.title) ? settings[fix.title] : undefined;
  const words = setting?.kind === 'word' ? setting.word.words : fix.title === 'lr' ? schedules : undefined;
  const ours = words && inOurForm(value, words);
  if (ours === undefined) return fix;
  return replaceBy(`${fix.title} = ${ours}`, { ...span, start: name.span.start, end: value.span.end });
}

function inOurForm(value: Expr, words: Readonly<Record<string, unknown>>): string | undefined {
  const callee = value.kind === 'call' ? value.callee : value;
  const lower = callee.kind === 'name' ? callee.name.toLowerCase() : undefined;
  if (callee.kind === 'name' && lower !== undefined && lower !== callee.name && Object.hasOwn(words, lower))
    return `${lower}${textOf({ ...value.span, start: callee.span.end })}`;
  return value.kind === 'number' ? undefined : wordOtherwise(value, words)[0]?.title;
}
