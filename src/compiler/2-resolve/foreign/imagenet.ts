/** `mean imagenet`, `std imagenet`: the name of a data set in the place of its numbers, which are known. */
import type { InStatement } from '../../1-parse/ast.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { isDeclared, type Place, type Scope } from '../names.ts';

/** Of the photos of ImageNet, scaled to 0..1, as torchvision has them. */
export const imagenet = { mean: '[0.485, 0.456, 0.406]', std: '[0.229, 0.224, 0.225]' } as const;

export const numbersAreWritten =
  'a mean and a deviation are written as numbers, those that the net was trained with';

/** Reports it, once for an input; the words that are told. */
export function reportImagenet(statement: InStatement, scope: Scope, place: Place): ReadonlySet<string> {
  const { preprocess, type } = statement;
  const named = preprocess.flatMap(({ word: { name: word }, args: [first, ...others] }) =>
    (word === 'mean' || word === 'std') && others.length === 0 && first?.kind === 'name'
      ? [{ word, first } as const]
      : [],
  );
  const meant = named.filter(
    ({ first: { name } }) => /^imagenet$/i.test(name) && !isDeclared(name, scope, place),
  );
  const [begins] = meant;
  if (!begins) return new Set();
  const head = preprocess.find(({ args }) => args[0] === begins.first)?.word.span ?? begins.first.span;
  const edits = [
    ...(isScaled(statement) ? [] : [{ span: { ...head, end: head.start }, text: 'scale 1/255 ' }]),
    ...meant.map(({ word, first: { span } }) => ({ span, text: imagenet[word] })),
  ];
  place.names.report(
    diagnostic('names/unknown', { name: begins.first.name }, begins.first.span, {
      notes: [{ word: 'note', text: numbersAreWritten }],
      fixes: type.name === 'rgb' ? [{ title: 'the numbers of ImageNet', edits }] : [],
    }),
  );
  return new Set(meant.map(({ word }) => word));
}

/** Whether pixels are brought to other values than 0..255 by a word of their own. */
export const isScaled = ({ preprocess }: Pick<InStatement, 'preprocess'>): boolean =>
  preprocess.some(({ word: { name } }) => name === 'scale' || name === 'range');
