/** The lexer makes the tokens that Chevrotain's makes of the same types, for whatever text. */
import fc from 'fast-check';
import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Lexer } from '../../grammar/chevrotain.ts';
import { tokenize } from '../../grammar/lexer.ts';
import { allTokens } from '../../grammar/tokens.ts';
import { corpus } from './cases.ts';

const oracle = new Lexer(allTokens, { positionTracking: 'onlyOffset', skipValidations: true });

interface Place {
  readonly tokenType: { readonly name: string };
  readonly image: string;
  readonly startOffset: number;
}

const shown = (tokens: readonly Place[]): readonly string[] =>
  tokens.map(({ tokenType, image, startOffset }) => `${startOffset} ${tokenType.name} ${image}`);

function expectSame(text: string): void {
  const { tokens, comments, strays } = tokenize(text);
  const expected = oracle.tokenize(text);
  expect(shown(tokens)).toEqual(shown(expected.tokens));
  expect(shown(comments)).toEqual(shown(expected.groups['comments'] ?? []));
  expect(strays).toEqual(expected.errors.map(({ offset, length }) => [offset, offset + length]));
  for (const { image, startOffset, endOffset } of tokens)
    expect(text.slice(startOffset, endOffset + 1)).toBe(image);
}

test('every file of the standard library, and every case of the parser', () => {
  const files = globSync('stdlib/*.cnn').map((file) => readFileSync(file, 'utf8'));
  for (const text of [...corpus(), ...files]) expectSame(text);
});

const pieces = fc.constantFrom(
  ...'a _b9 9a 1_000 1_ 1e5 1e 3x3 3x 0x1 .5 . .. 1..2 1.5k 300 kB % 5% 5%a 5% a " "a" "\\"" \' \'a\' // /* */ /'.split(
    ' ',
  ),
  ...'- -> – –> — = == => ! != < <= ≤ | || |> & && ( ) [ ] { } , : ; # * ** ^ × → ≠ é 🙂 \\ $ \0 \u00a0 \ufeff'.split(
    ' ',
  ),
  ' ',
  '\n',
  '\r\n',
);

test('anything at all', () => {
  fc.assert(
    fc.property(
      fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
      expectSame,
    ),
    { numRuns: 2000 },
  );
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), expectSame), { numRuns: 500 });
});
