/** The preprocessing words of an input, before anything is built of them: each known, each once, each with its value. */
import type { InStatement, Modifier } from '../../1-parse/ast.ts';
import { leaveOut, replaceBy } from '../../diagnostics/fixes.ts';
import { textOf } from '../../1-parse/source.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { givenTwice } from '../../diagnostics/twice.ts';
import { unknownWord } from '../../diagnostics/unknown-word.ts';
import { otherPreprocessing } from './foreign-modifiers.ts';
import type { Session } from '../session.ts';

/** What else people call them. */
const foreignModifiers = {
  ...{
    rescale: 'scale',
    rescaling: 'scale',
    factor: 'scale',
    multiply: 'scale',
  },
  ...{ stddev: 'std', sd: 'std', deviation: 'std', offset: 'mean', subtract: 'mean', average: 'mean' },
  ...{
    channels: 'order',
    channel_order: 'order',
    color: 'order',
    colors: 'order',
  },
};

const modifierWords = ['scale', 'mean', 'std', 'order', 'range', 'fit'];

/** The modifiers by their words; what is wrong with one is reported, and it is left out. */
export function modifiersOf(statement: InStatement, session: Session): ReadonlyMap<string, Modifier> {
  const { preprocess, name } = statement;
  const given = new Map<string, Modifier>();
  for (const [i, modifier] of preprocess.entries()) {
    const word = modifier.word.name;
    const next = preprocess[i + 1];
    if (word === 'to' && isHalfRange(preprocess[i - 1])) continue;
    if (next?.word.name === 'to' && isHalfRange(modifier)) {
      reportRangeByWord(modifier, next, session);
      continue;
    }
    const first = given.get(word);
    if (!modifierWords.includes(word))
      session.report(
        otherPreprocessing(modifier, statement) ??
          unknownWord(modifier.word, modifierWords, 'preprocessing', foreignModifiers),
      );
    else if (first) twice({ first, again: modifier, what: name.name }, session);
    else if (modifier.args.length === 0)
      session.report(diagnostic('value/missing-argument', { what: word, option: 'a value' }, modifier.span));
    else given.set(word, modifier);
  }
  const [scale, range] = [given.get('scale'), given.get('range')];
  if (scale && range) scaledTwice({ scale, range, name: name.name }, session);
  return given;
}

/** `range 0`, which goes on with `to 1`. */
const isHalfRange = (modifier: Modifier | undefined): boolean =>
  modifier?.word.name === 'range' && modifier.args.length === 1 && modifier.args[0]?.kind !== 'range';

function reportRangeByWord({ args: [from], span }: Modifier, to: Modifier, session: Session): void {
  const whole = { ...span, end: to.span.end };
  const [first, last] = [from, to.args[0]].map((expr) => expr && textOf(expr.span));
  const expected = 'a range such as -1..1';
  const fixes = to.args.length === 1 ? [replaceBy(`range ${first}..${last}`, whole)] : [];
  session.report(diagnostic('value/expected', { expected, found: textOf(whole) }, whole, { fixes }));
}

function twice(
  { first, again, what }: { readonly first: Modifier; readonly again: Modifier; readonly what: string },
  session: Session,
): void {
  const same =
    first.args.map(({ span }) => textOf(span)).join() === again.args.map(({ span }) => textOf(span)).join();
  const fixes = [...(same ? [] : [leaveOut('the first', first.span)]), leaveOut('the second', again.span)];
  const args = { option: again.word.name, what };
  session.report(givenTwice(args, { first: first.span, again: again.span, fixes }));
}

function scaledTwice(
  { scale, range, name }: { readonly scale: Modifier; readonly range: Modifier; readonly name: string },
  session: Session,
): void {
  session.report(
    diagnostic('network/scaled-twice', { name }, range.span, {
      labels: [{ span: scale.span, text: 'scaled here already' }],
      fixes: [scale, range].map(({ span, word }) => leaveOut(word.name, span)),
    }),
  );
}
