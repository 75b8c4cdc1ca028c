/** The preprocessing words of an input, before anything is built of them: each known, each once, each with its value. */
import type { InStatement, Modifier } from '../1-parse/ast.ts';
import { leaveOut } from '../diagnostics/fixes.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { givenTwice } from '../diagnostics/twice.ts';
import { unknownWord } from '../diagnostics/unknown-word.ts';
import type { Session } from './session.ts';

/** What else people call them. */
const foreignModifiers = {
  ...{
    rescale: 'scale',
    rescaling: 'scale',
    normalize: 'scale',
    normalise: 'scale',
    factor: 'scale',
    multiply: 'scale',
  },
  ...{ stddev: 'std', sd: 'std', deviation: 'std', offset: 'mean', subtract: 'mean', average: 'mean' },
  ...{
    resize: 'fit',
    resizing: 'fit',
    channels: 'order',
    channel_order: 'order',
    color: 'order',
    colors: 'order',
  },
};

const modifierWords = ['scale', 'mean', 'std', 'order', 'range', 'fit'];

/** The modifiers by their words; what is wrong with one is reported, and it is left out. */
export function modifiersOf(
  { preprocess, name }: InStatement,
  session: Session,
): ReadonlyMap<string, Modifier> {
  const given = new Map<string, Modifier>();
  for (const modifier of preprocess) {
    const word = modifier.word.name;
    const first = given.get(word);
    if (!modifierWords.includes(word))
      session.report(unknownWord(modifier.word, modifierWords, 'preprocessing', foreignModifiers));
    else if (first) twice({ first, again: modifier, what: name.name }, session);
    else if (modifier.args.length === 0)
      session.report(diagnostic('value/missing-argument', { what: word, option: 'a value' }, modifier.span));
    else given.set(word, modifier);
  }
  const [scale, range] = [given.get('scale'), given.get('range')];
  if (scale && range) scaledTwice({ scale, range, name: name.name }, session);
  return given;
}

function twice(
  { first, again, what }: { readonly first: Modifier; readonly again: Modifier; readonly what: string },
  session: Session,
): void {
  const fixes = [leaveOut('the second', again.span)];
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
