/** `defaults` as other languages write such things: other brackets, signs before them, or none. The fix writes the braces. */
import type { IToken } from 'chevrotain';
import { makeToken } from '../../../../grammar/lexer.ts';
import * as t from '../../../../grammar/tokens.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { spanOf } from '../lex.ts';
import { closingOf, endOfExpression, outside } from './scan.ts';
import { isBrace, told, type Slip } from './slip.ts';
import type { Source } from '../source.ts';

/** What was read off the text: as it is written here, and where it ends. */
interface Read {
  readonly ours: string;
  readonly end: number;
}

const separator = /[ \t]*,[ \t]*/;
const oneOption = /^\w+[ \t]*[=:][ \t]*[^\s=:{}][^=:{}]*$/;

/** `conv: bias = false`, `conv(bias = false)`, `conv.bias = false`, `conv, dense { bias = false }`: layers and their options. */
function entryAt(text: string, from: number): Read | undefined {
  const [head = '', names = ''] =
    /^(\w+(?:\s*(?:,|\band\b)\s*\w+(?=[\s,]*(?:\w+\b[\s,]*)*[{:]))*)\s*(?:->|[:=.])?[ \t]*/.exec(
      text.slice(from, from + 400),
    ) ?? [];
  const at = from + head.length;
  const options = /[({[]/.test(text[at] ?? '') ? optionsIn(text, at) : optionsFrom(text, at);
  if (names === '' || options === undefined) return undefined;
  const layers = names.split(/\s*(?:,|\band\b)\s*/);
  return { ours: layers.map((layer) => `${layer} { ${options.ours} }`).join(', '), end: options.end };
}

/** In brackets of any kind. */
function optionsIn(text: string, open: number): Read | undefined {
  const close = closingOf(text, open);
  if (close === undefined) return undefined;
  const ours = inOurSigns(text.slice(open + 1, close));
  return ours === '' ? undefined : { ours, end: close + 1 };
}

/** Without brackets: as many options as the line has, up to the next layer's. */
function optionsFrom(text: string, from: number): Read | undefined {
  const options: string[] = [];
  let end = from;
  for (let at = from; ;) {
    const to = endOfExpression(text, at);
    const option = text.slice(at, to);
    if (!oneOption.test(option)) break;
    options.push(option);
    end = to;
    if (outside(text, to, separator) !== to) break;
    at = to + (separator.exec(text.slice(to, to + 80))?.[0].length ?? 1);
  }
  return options.length === 0 ? undefined : { ours: inOurSigns(options.join(', ')), end };
}

const inOurSigns = (options: string): string => options.trim().replaceAll(/\b(\w+)[ \t]*:/g, '$1 =');

const inBraces = 'options of all such layers stand in braces: `conv { bias = false }`';

/** `defaults { conv(bias = false) }`, `defaults { conv: bias = false }`. */
const entryOtherwise: Slip = (source, { token, start, rules, previous }) => {
  if (!/\bdefaultsEntry,options$/.test(rules.join()) || start.tokenType !== t.Name || previous !== start)
    return undefined;
  const isOption = token.tokenType === t.Equal && !/^=\s*[({[]/.test(source.text.slice(token.startOffset));
  if (isOption) {
    const { image } = start;
    return told(
      source,
      token,
      `\`${image}\` is an option, and its layer stands before it: \`conv { ${image} = … }\``,
    );
  }
  const fixes = fixBy(source, start, entryAt(source.text, start.startOffset));
  if (token.image !== '' && token.tokenType !== t.End && token.tokenType !== t.RCurly)
    return told(source, token, inBraces, fixes);
  // `conv bias = false`: where the next entry seems to begin, this one is over.
  const expected = `\`{\` is missing after \`${start.image}\``;
  return diagnostic('syntax/incomplete', { expected }, spanOf(source, start), { fixes });
};

/** `conv { bias false }`. */
const optionWithoutSign: Slip = (source, { token, previous, start, rules }) => {
  if (!/^(?:.*,options,)?arg$/.test(rules.join()) || previous !== start) return undefined;
  if (!/^(?:\w+|".*")$/.test(token.image) || start.tokenType !== t.Name) return undefined;
  const { end } = spanOf(source, start);
  const edits = [{ span: { source, start: end, end }, text: ' =' }];
  return told(source, token, 'an option is given with `=`', [{ title: 'put = between', edits }]);
};

function fixBy(source: Source, start: IToken, found: Read | undefined) {
  if (!found) return [];
  return [replaceBy(found.ours, { source, start: start.startOffset, end: found.end })];
}

/** `defaults conv { bias = false }`, `defaults = { … }`, `defaults(conv(bias = false))`. */
const defaultsOtherwise: Slip = (source, { token, previous, start, rules }) => {
  const isHead = start.tokenType === t.Defaults && previous === start && rules.at(-1) === 'defaults';
  const isValue = token === start && start.image === 'defaults' && rules.at(-1) === 'item';
  if ((!isHead && !isValue) || isBrace(token) || token.tokenType.name === 'EOF') return undefined;
  const { text } = source;
  const from = start.startOffset + start.image.length;
  const [gap = ''] = /^\s*[:=]?\s*(?:(?:for|of|all)\b\s*)*/.exec(text.slice(from, from + 400)) ?? [];
  const found = entriesAt(text, from + gap.length);
  const sign = from + gap.search(/\S/);
  const at = isHead ? token : makeToken(t.Reported, text.charAt(sign), sign, sign + 1);
  const expected = 'layers and their options stand in braces: `defaults { conv { bias = false } }`';
  if (!found) return told(source, at, expected);
  const span = { source, start: start.startOffset, end: found.end };
  return told(source, at, expected, [replaceBy(`defaults { ${found.ours} }`, span)]);
};

/** All entries, in brackets or one without. */
function entriesAt(text: string, from: number): Read | undefined {
  if (!/[({[]/.test(text[from] ?? '')) return entryAt(text, from);
  const close = closingOf(text, from);
  if (close === undefined) return undefined;
  const blanks = /^\s*/.exec(text.slice(from + 1))?.[0].length ?? 0;
  const entry = entryAt(text, from + 1 + blanks);
  const isAll = entry !== undefined && /^[\s,]*$/.test(text.slice(entry.end, close));
  return isAll
    ? { ours: entry.ours, end: close + 1 }
    : { ours: text.slice(from + 1, close).trim(), end: close + 1 };
}

export const defaultsSlips: readonly Slip[] = [entryOtherwise, optionWithoutSign, defaultsOtherwise];
