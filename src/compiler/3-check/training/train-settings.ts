/**
 * Values of the settings of `train` and of the options of its words: kinds and ranges. Which words and options there are
 * phase 2 has looked at (bind-clauses.ts).
 */
import type { Expr, Modifier, TrainClause } from '../../1-parse/ast.ts';
import { textOf } from '../../1-parse/source.ts';
import {
  augmentations,
  settings,
  type Behind,
  type Setting,
  type Takes,
  type WordKind,
  type WordOption,
} from '../../2-resolve/training.ts';
import { isBuiltin } from '../../2-resolve/vocabulary.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { unknownWord } from '../../diagnostics/unknown-word.ts';
import { argument, mistyped } from '../evaluate.ts';
import { withinBounds } from '../bounds.ts';
import type { Site } from '../frame.ts';
import type { NetFacts } from '../query.ts';
import type { Session } from '../session.ts';
import { realOf, tensorOf, type Value } from '../value.ts';

interface At {
  readonly facts: NetFacts;
  readonly site: Site;
  readonly session: Session;
}

type Words = WordKind['words'];

/** Checks the values of one clause; not those of the clauses in a phase. */
export function checkSetting(clause: TrainClause, at: At): void {
  if (clause.kind === 'augment') return clause.steps.forEach((step) => checkWord(step, augmentations, at));
  if (clause.kind === 'expect') return checkExpectation(clause.condition, at);
  if (clause.kind !== 'setting' || !Object.hasOwn(settings, clause.name.name)) return;
  const setting = settings[clause.name.name] as Setting;
  if (setting.kind === 'word') {
    checkWord(clause.value, setting.word.words, at);
    for (const word of clause.words) checkBehind(word, setting.behind, at);
  }
  if (setting.kind !== 'value') return;
  const { words } = setting.word ?? { words: {} };
  if (namesWord(clause.value, at)) checkWord(clause.value, words, at);
  else checkValue(clause.value, clause.name.name, setting, at);
}

/** What is no word has been reported. */
function namesWord(value: Expr, { session }: At): boolean {
  const callee = value.kind === 'call' ? value.callee : value;
  return callee.kind === 'name' && !session.model.bindings.has(callee) && !isBuiltin(callee.name);
}

/** The options of a word: `sgd(lr = 0.1)`. */
function checkWord(value: Expr, words: Words, at: At): void {
  if (value.kind !== 'call' || value.callee.kind !== 'name') return;
  const options = Object.hasOwn(words, value.callee.name) ? words[value.callee.name] : undefined;
  if (!options) return;
  const names = Object.keys(options);
  let position = 0;
  for (const { name, value: given } of value.args) {
    const option = name?.name ?? names[position++] ?? '';
    const spec = Object.hasOwn(options, option) ? options[option] : undefined;
    if (spec) checkValue(given, option, spec, at);
  }
}

/** `schedule cosine`, `pad digit to 32x32`. */
function checkBehind({ word, args }: Modifier, behind: Behind, at: At): void {
  const takes = Object.hasOwn(behind, word.name) ? behind[word.name] : undefined;
  const [first] = args;
  if (takes === undefined || !first) return;
  if (typeof takes === 'object') return checkWord(first, takes.words, at);
  if (takes === 'input') return checkInput(first, at);
  const value = argument(first, at.site, at.session);
  if (!['size', 'number', 'list', 'unknown'].includes(value.kind))
    mistyped(value, `a size such as 32x32 behind ${word.name}`, first, at.session);
}

function checkInput(expr: Expr, { facts, session }: At): void {
  const { inputs } = facts;
  if (expr.kind !== 'name') {
    const args = { expected: 'the name of an input', found: textOf(expr.span) };
    return session.report(diagnostic('value/expected', args, expr.span));
  }
  if (!inputs.includes(expr.name)) session.report(unknownWord(expr, inputs, `input of ${facts.graph.name}`));
}

/** What is expected of a metric is a number. */
function checkExpectation(expr: Expr, at: At): void {
  if (expr.kind !== 'binary') return;
  for (const side of [expr.left, expr.right])
    if (expr.op === 'and' || expr.op === 'or') checkExpectation(side, at);
    else if (side.kind !== 'member') {
      const figure = expr.left === side ? expr.right : expr.left;
      const option = figure.kind === 'member' ? textOf(figure.span) : 'a metric';
      checkValue(side, option, limitOf(figure), at);
    }
}

/** Metrics that are shares. */
const shares: ReadonlySet<string> = new Set(['accuracy', 'top5', 'iou', 'map']);

/** `val.accuracy > 90` is never true. */
const limitOf = (figure: Expr): WordOption =>
  figure.kind === 'member' && shares.has(figure.member.name)
    ? { takes: 'number', least: 0, most: 1 }
    : { takes: 'number' };

const kinds: Readonly<Record<Takes, { readonly needs: string; readonly fits: (value: Value) => boolean }>> = {
  whole: { needs: 'a whole number', fits: (v) => v.kind === 'number' && Number.isInteger(v.value) },
  number: { needs: 'a number', fits: (v) => v.kind === 'number' },
  rates: { needs: 'a rate or two, first -> last,', fits: (v) => v.kind === 'number' },
  amount: { needs: 'a number or a range', fits: (v) => v.kind === 'number' || v.kind === 'range' },
  flag: { needs: 'true or false', fits: (v) => v.kind === 'bool' },
  text: { needs: 'a path in quotes', fits: (v) => v.kind === 'string' },
};

function checkValue(expr: Expr, option: string, { takes, least, above, most }: WordOption, at: At): void {
  if (takes === 'rates' && expr.kind === 'pipeline' && expr.stages.length === 2)
    return expr.stages.forEach((stage) =>
      checkValue(stage.expr, option, { takes: 'number', ...(least === undefined ? {} : { least }) }, at),
    );
  const value = valueOf(expr, at);
  if (value.kind === 'unknown') return;
  const { needs, fits } = kinds[takes];
  const expected = takes === 'text' ? needs : `${needs} for ${option}`;
  if (!fits(value)) {
    const fixes = inQuotes(value, fits) ? [replaceBy(value.value.trim(), expr.span)] : [];
    return void mistyped(value, expected, expr, at.session, fixes);
  }
  if (value.kind !== 'number') return;
  const bounds = {
    ...(least === undefined ? {} : { min: least }),
    ...(above === undefined ? {} : { above }),
    ...(most === undefined ? {} : { max: most }),
  };
  withinBounds({ numbers: [realOf(value)], option, what: 'train', span: expr.span }, bounds, at.session);
}

/** `epochs = "5"`: a number as a text. */
const inQuotes = (
  value: Value,
  fits: (value: Value) => boolean,
): value is Extract<Value, { kind: 'string' }> =>
  value.kind === 'string' &&
  /^\s*\d+(?:\.\d+)?\s*$/.test(value.value) &&
  fits({ kind: 'number', value: Number(value.value), integer: !value.value.includes('.') });

/** A constant; or a value of the net, which is none. */
function valueOf(expr: Expr, { facts, site, session }: At): Value {
  const declared = session.model.bindings.get(expr);
  const node = expr.kind === 'name' && declared?.kind === 'value' ? facts.values.get(expr.name) : undefined;
  return node ? tensorOf(node) : argument(expr, site, session);
}
