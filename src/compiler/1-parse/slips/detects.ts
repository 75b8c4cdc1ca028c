/** Entries of `detect(…) { … }` by other signs: heads without `branch`, anchors and strides as options, `nms` in parentheses. */
import * as t from '../../../../grammar/tokens.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { closingOf, outside, restOfLine } from './scan.ts';
import { beginning, told, type Slip } from './slip.ts';

const branchForm = 'a head is `branch head anchors [(1, 2), (3, 4)] with stride = 8`';

const head =
  /^(?:branch\b\s*)?(?:\(\s*(?<inParentheses>[a-z]\w*)\s*\)|(?!anchors?\b)(?<value>[a-z]\w*))\s*[,:]?\s*(?:anchors?\b)?\s*[=:]?\s*(?=[[(])/;

const strideForm = /^\s*,?\s*(?:with\b)?\s*,?\s*stride\s*[=: ]\s*(\d+)\s*$/;

/** `branch fine anchors = […]`, `fine anchors […]`, `branch fine […]`, `anchors […] stride = 8`: the failure may be behind the head. */
const branchOtherwise: Slip = (source, { token, start, rules }) => {
  if (!rules.includes('detectBody') || start.tokenType === t.Nms) return undefined;
  const { text } = source;
  const from = beginning(source, /\bbranch\b/g, start.startOffset) ?? start.startOffset;
  const found = head.exec(text.slice(from, from + 200));
  const value = found?.groups?.['value'] ?? found?.groups?.['inParentheses'];
  if (!found || value === undefined || value === 'nms') return undefined;
  const list = from + found[0].length;
  const stride = outside(text, list, /\s*,?\s*(?:with\b\s*,?\s*)?stride\b/);
  const close = text[list] === '[' ? closingOf(text, list) : undefined;
  const end = close === undefined ? (stride ?? list + restOfLine(text, list).length) : close + 1;
  const anchors = text.slice(list, end).trim();
  const rest = restOfLine(text, end);
  const [, cells] = strideForm.exec(rest) ?? [];
  if (rest.trim() !== '' && cells === undefined) return told(source, token, branchForm);
  const given = anchors.startsWith('[') ? anchors : `[${anchors}]`;
  const ours = `branch ${value} anchors ${given}${cells === undefined ? '' : ` with stride = ${cells}`}`;
  const span = { source, start: from, end: end + rest.length };
  return told(source, token, branchForm, [replaceBy(ours, span)]);
};

const nmsForm = 'what is kept of the boxes is `nms { iou = 0.45, score = 0.5, max = 100 }`';

/** `nms(iou = 0.45)`, `nms = 0.45`, `nms: { … }`, `iou = 0.45`. */
const nmsOtherwise: Slip = (source, { token, start, rules }) => {
  if (!rules.includes('detectBody') || rules.includes('options')) return undefined;
  const { text } = source;
  const from = start.startOffset;
  const line = restOfLine(text, from);
  const tokenHere = token.image.trim() === '' ? start : token;
  const [alone] =
    /^(?:iou|score|max)\s*=\s*[\d.]+(?:\s*,\s*(?:iou|score|max)\s*=\s*[\d.]+)*$/.exec(line) ?? [];
  const [called, options] = /^nms\s*[=:]?\s*\(([^()\n]*)\)/.exec(line) ?? [];
  const [assigned, iou] = /^nms\s*[=:]?\s*(\d*\.?\d+)$/.exec(line) ?? [];
  const whole = alone ?? called ?? assigned;
  if (whole === undefined) return start.image === 'nms' ? told(source, tokenHere, nmsForm) : undefined;
  const inside = alone ?? options ?? `iou = ${iou}`;
  const fix = replaceBy(`nms { ${inside.trim()} }`, { source, start: from, end: from + whole.length });
  return told(source, tokenHere, nmsForm, [fix]);
};

export const detectSlips: readonly Slip[] = [nmsOtherwise, branchOtherwise];
