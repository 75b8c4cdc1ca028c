/**
 * Functions without a name, as other languages have them: `x => relu(x)`, `(a) => a -> conv(8, 3)`, `lambda a: relu(a)`. Each is read
 * over as a whole; the fix writes the layer that it is, or a block.
 */
import type { IToken } from 'chevrotain';
import { tokenize } from '../../../../grammar/lexer.ts';
import * as t from '../../../../grammar/tokens.ts';
import type { Diagnostic, Edit, Fix } from '../../diagnostics/diagnostic.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { besideOthers } from '../alone.ts';
import { beforeDeclaration } from '../slips/move-out.ts';
import { namedIn } from '../slips/named-in.ts';
import { capitalised, freshName } from '../slips/naming.ts';
import { closingOf, endOfExpression, partsOf } from '../slips/scan.ts';
import type { Source, Span } from '../source.ts';
import { asWholes, type Whole } from './wholes.ts';

interface Lambda extends Whole {
  readonly sign: IToken;
  readonly params: readonly string[];
  readonly body: string;
}

/** The tokens with each such function as one that is reported. */
export function repairLambdas(
  source: Source,
  tokens: readonly IToken[],
  diagnostics: Diagnostic[],
): IToken[] {
  return asWholes(source, tokens, (i) => {
    const { image } = tokens[i] as IToken;
    const found = image === 'lambda' || image === '=>' ? lambdaAt(source, tokens, i) : undefined;
    if (!found) return undefined;
    const { first, end } = found;
    const span = { source, start: (tokens[first] as IToken).startOffset, end };
    const before = tokens.slice(Math.max(0, first - 3), first);
    diagnostics.push(told(span, found, diagnostics.length < mostMended ? fixesOf(span, found, before) : []));
    return found;
  });
}

function lambdaAt(source: Source, tokens: readonly IToken[], i: number): Lambda | undefined {
  const sign = tokens[i] as IToken;
  const head = sign.image === '=>' ? headBefore(tokens, i) : headBehind(tokens, i);
  if (!head) return undefined;
  const { text } = source;
  const from = head.last + (/^[ \t]*/.exec(text.slice(head.last, head.last + 80))?.[0].length ?? 0);
  const close = text[from] === '{' ? closingOf(text, from) : undefined;
  const end = close === undefined ? endOfExpression(text, from) : close + 1;
  const body = text.slice(from, end);
  // `x => relu`, where `x` is a value, has an arrow of another language.
  if (body === '' || (head.isBare && !mentions(body, head.params[0] ?? ''))) return undefined;
  const found = { first: head.first, end, sign, params: head.params, body };
  // `Lambda(x => …)` of Keras is the function; so is `-> (x => …)`.
  const [opener, open] = [tokens[head.first - 2], tokens[head.first - 1]];
  if (open?.tokenType !== t.LParen || text[end] !== ')') return found;
  if (opener?.image === 'Lambda') return { ...found, first: head.first - 2, end: end + 1 };
  return opener?.tokenType === t.Arrow ? { ...found, first: head.first - 1, end: end + 1 } : found;
}

interface Head {
  readonly first: number;
  /** Where its sign ends. */
  readonly last: number;
  readonly params: readonly string[];
  /** One name without parentheses. */
  readonly isBare: boolean;
}

/** Names and commas of a head that are looked at. */
const mostTokens = 40;

const endOf = (token: IToken): number => (token.endOffset ?? token.startOffset) + 1;

/** `lambda a, b:`. */
function headBehind(tokens: readonly IToken[], first: number): Head | undefined {
  const params: string[] = [];
  for (let i = first + 1; i < Math.min(tokens.length, first + mostTokens); i++) {
    const { tokenType, image } = tokens[i] as IToken;
    if (tokenType === t.Colon) return { first, last: endOf(tokens[i] as IToken), params, isBare: false };
    if (tokenType === t.Name) params.push(image);
    else if (tokenType !== t.Comma) return undefined;
  }
  return undefined;
}

/** What stands before a function: nothing that could be called, and no name of a block. */
const opens: ReadonlySet<IToken['tokenType'] | undefined> = new Set([
  t.Equal,
  t.LParen,
  t.Comma,
  t.Arrow,
  t.LSquare,
]);

/** `a =>`, `(a, b) =>`. */
function headBefore(tokens: readonly IToken[], at: number): Head | undefined {
  const last = endOf(tokens[at] as IToken);
  const before = tokens[at - 1];
  if (before?.tokenType === t.Name && opens.has(tokens[at - 2]?.tokenType))
    return { first: at - 1, last, params: [before.image], isBare: true };
  if (before?.tokenType !== t.RParen) return undefined;
  const params: string[] = [];
  for (let i = at - 2; i >= Math.max(0, at - mostTokens); i--) {
    const { tokenType, image } = tokens[i] as IToken;
    if (tokenType === t.Name) params.unshift(image);
    else if (tokenType !== t.Comma)
      return tokenType === t.LParen && opens.has(tokens[i - 1]?.tokenType)
        ? { first: i, last, params, isBare: false }
        : undefined;
  }
  return undefined;
}

/** The places of a name in a text; not those of options that are called so. */
function placesOf(body: string, name: string): readonly number[] {
  const { tokens } = tokenize(body);
  return tokens.flatMap((token, i) => {
    const isOther = tokens[i - 1]?.tokenType === t.Dot || tokens[i + 1]?.tokenType === t.Equal;
    return token.image === name && !isOther ? [token.startOffset] : [];
  });
}

const mentions = (body: string, name: string): boolean => placesOf(body, name).length > 0;

/** So many are mended; each reads the text below. */
const mostMended = 20;

function told(span: Span, { sign }: Lambda, fixes: readonly Fix[]): Diagnostic {
  const args = { found: `\`${sign.image}\``, expected: 'a function of a value is a layer or a block' };
  const at = { ...span, start: sign.startOffset, end: endOf(sign) };
  return diagnostic('syntax/unexpected', args, at, { fixes });
}

/** What the function does as stages; where it needs the value more than once, as a block that reads it as `in`. */
interface Meaning {
  readonly text: string;
  readonly isLayer: boolean;
}

function meaningOf({ params, body }: Lambda): Meaning | undefined {
  const [param = '', ...others] = params;
  if (others.length > 0 || body.startsWith('{')) return undefined;
  const piped = new RegExp(`^${param}\\s*->\\s*`).exec(body)?.[0];
  const rest = piped === undefined ? body : body.slice(piped.length);
  if (!mentions(rest, param))
    return { text: rest, isLayer: !rest.includes('->') && /^\w+(?:\(.*\))?$/.test(rest) };
  const [call, layer = ''] = /^(\w+)\(\s*/.exec(rest) ?? [];
  const close = call === undefined ? undefined : closingOf(rest, layer.length);
  const [first, ...options] = close === rest.length - 1 ? partsOf(rest.slice(layer.length + 1, -1)) : [];
  if (first === param && !options.some((one) => mentions(one, param)))
    return { text: options.length === 0 ? layer : `${layer}(${options.join(', ')})`, isLayer: true };
  const places = [0, ...placesOf(body, param).flatMap((at) => [at, at + param.length]), body.length];
  const pieces = places.flatMap((at, i) => (i % 2 === 0 ? [body.slice(at, places[i + 1])] : []));
  return { text: pieces.join('in'), isLayer: false };
}

function fixesOf(span: Span, lambda: Lambda, before: readonly IToken[]): readonly Fix[] {
  const meaning = meaningOf(lambda);
  if (!meaning) return [];
  const [word, name, sign] = before.slice(-3);
  // `(x => relu(x))(y)` is applied at once.
  if (span.source.text[span.end] === '(') return meaning.isLayer ? [replaceBy(meaning.text, span)] : [];
  if (sign?.tokenType === t.Equal && name) {
    if (word?.image === 'block') return [replaceBy(meaning.text, span)];
    return [named(span, meaning, { name, hasWord: word?.image === 'let' })];
  }
  // Where it stands in a pipeline its stages take its place.
  return /\bin\b/.test(meaning.text) ? [] : [replaceBy(meaning.text, span)];
}

/** `l = x => relu(x)` as `let l = relu`, or as a block and an instance of it. */
function named(
  span: Span,
  { text: body, isLayer }: Meaning,
  { name, hasWord }: { readonly name: IToken; readonly hasWord: boolean },
): Fix {
  const { source } = span;
  const { text } = source;
  const word = { span: { source, start: name.startOffset, end: name.startOffset }, text: 'let ' };
  const shared = [...(hasWord ? [] : [word]), ...asStages(span, name.image)];
  if (isLayer) return { title: `let ${name.image} = ${body}`, edits: [...shared, { span, text: body }] };
  const block = freshBlock(text, name.image);
  const at = beforeDeclaration(text, name.startOffset) ?? text.lastIndexOf('\n', name.startOffset) + 1;
  const declared = `block ${block} = ${body}`;
  const edits = [
    { span: { source, start: at, end: at }, text: `${declared}\n` },
    { span, text: `${block}()` },
    ...shared,
  ];
  return { title: declared, edits };
}

function freshBlock(text: string, name: string): string {
  const capital = capitalised(name);
  return new RegExp(`\\b${capital}\\b`).test(text) ? freshName(text, capital) : capital;
}

/** `l(x)` below it as `x -> l`. */
function asStages({ source, end }: Span, name: string): readonly Edit[] {
  return namedIn(source, { name, from: end }).flatMap((place) => {
    const close = source.text[place.end] === '(' ? closingOf(source.text, place.end) : undefined;
    if (close === undefined) return [];
    const args = partsOf(source.text.slice(place.end + 1, close));
    const span = { ...place, end: close + 1 };
    return args.length === 1 ? [{ span, text: besideOthers(`${args[0]} -> ${name}`, span) }] : [];
  });
}
