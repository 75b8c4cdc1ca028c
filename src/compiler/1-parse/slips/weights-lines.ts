/** Weights as other tools load them: calls, settings, a layout by other words. The fix is the line as it is written here. */
import * as t from '../../../../grammar/tokens.ts';
import { leaveOut, replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { spanOf } from '../lex.ts';
import { onlyNet } from './only-net.ts';
import { restOfLine, textFrom } from './scan.ts';
import { told, type Slip } from './slip.ts';

const path = String.raw`["'](?<path>[^"'\n]+)["']`;
const ways: readonly RegExp[] = [
  // weights = "…", weights "…", weights from "…"
  new RegExp(String.raw`^weights\s*(?:=|:|\bfrom\b)?\s*${path}$`),
  // N.load_weights("…"), N.weights = "…", load_weights(N, "…"), N.load_state_dict(torch.load("…"))
  new RegExp(
    String.raw`^(?:(?<net>[A-Z]\w*)\.|\w+\.)?(?:load_?weights|loadWeights|load_state_dict|from_pretrained|load)\((?:[\w.]+\(|(?<given>[A-Z]\w*)\s*,\s*)?${path}\)*$`,
  ),
  new RegExp(String.raw`^(?:(?<net>[A-Z]\w*)\.|\w+\.)weights\s*=\s*${path}$`),
  // pretrained N from "…"
  new RegExp(String.raw`^(?:load|pretrained|checkpoint|weight)\s+(?<net>[A-Z]\w*)\s*(?:from|=|:)\s*${path}$`),
  // weights N { from = "…" }
  new RegExp(String.raw`^weights\s+(?<net>\w+)\s*\{\s*from\s*[=:]?\s*${path}\s*\}$`),
];

const why = 'weights are given by `weights Net from "net.safetensors"`';

/** `N.load_weights("f")`, `weights = "f"`, `pretrained N from "f"`. */
const loadedOtherwise: Slip = (source, { start, rules }) => {
  if (!/^(?:item|weights)$/.test(rules.at(-1) ?? '') && start.tokenType !== t.Weights) return undefined;
  const [line = ''] = /^[^\n]*/.exec(textFrom(source, start, 500)) ?? [];
  const text = line.replace(/[ \t]*(?:\/\/.*)?\r?$/, '');
  const found = ways.map((way) => way.exec(text)).find((one) => one !== null);
  if (!found?.groups) return undefined;
  const { net = found.groups['given'] ?? onlyNet(source), path: file } = found.groups;
  const span = { source, start: start.startOffset, end: start.startOffset + text.length };
  const fixes = net === undefined ? [] : [replaceBy(`weights ${net} from "${file}"`, span)];
  return diagnostic('syntax/misplaced', { word: start.image, where: why }, spanOf(source, start), { fixes });
};

const layout =
  /^(?:,|as\b|in\b|format\b|style\b|framework\b)?\s*[=(]?\s*["']?(torch|pytorch|tf|tensorflow|keras)["']?\)?$/i;

/** `… as torch`, `… (torch)`, `… format keras`. */
const layoutByAnotherWord: Slip = (source, { token, start, previous }) => {
  if (start.tokenType !== t.Weights || previous?.tokenType !== t.StringToken) return undefined;
  const text = restOfLine(source.text, token.startOffset);
  const name = layout.exec(text)?.[1]?.toLowerCase();
  if (name === undefined) return undefined;
  const ours = name.endsWith('torch') ? 'torch' : 'keras';
  const span = { source, start: token.startOffset, end: token.startOffset + text.length };
  return told(source, token, 'the layout of another framework stands behind `layout`', [
    replaceBy(`layout ${ours}`, span),
  ]);
};

/** `… { except logits.** }`. */
const exceptInBraces: Slip = (source, { token, start, previous }) => {
  if (start.tokenType !== t.Weights || previous?.tokenType !== t.StringToken) return undefined;
  const text = textFrom(source, token, 500);
  const [whole, inside] = /^\{\s*((?:layout|except)\b[^{}\n]*?)\s*\}/.exec(text) ?? [];
  if (whole === undefined || inside === undefined) return undefined;
  const span = { source, start: token.startOffset, end: token.startOffset + whole.length };
  return told(source, token, '`layout` and `except` stand behind the path without braces', [
    replaceBy(inside, span),
  ]);
};

/** `from None`, `from random`: a net without weights has no such line. `from imagenet`: weights are a file of the project. */
const fromNoFile: Slip = (source, { token, start, previous }) => {
  if (start.tokenType !== t.Weights || previous?.tokenType !== t.From) return undefined;
  const word = token.image.toLowerCase();
  if (/^(?:none|null|nil|nothing|random|scratch|false)$/.test(word)) {
    const line = { source, start: start.startOffset, end: spanOf(source, token).end };
    const why = 'a net without this line has no weights yet, or those of `--seed`';
    return told(source, token, why, [leaveOut('the line', line)]);
  }
  if (!/^(?:imagenet|coco|default|pretrained|true|hub|torchvision|keras)$/.test(word)) return undefined;
  const why = 'cnnc brings no weights: a file stands here, `from "./net.safetensors"`';
  return told(source, token, why);
};

export const weightsLineSlips: readonly Slip[] = [
  loadedOtherwise,
  layoutByAnotherWord,
  exceptInBraces,
  fromNoFile,
];
