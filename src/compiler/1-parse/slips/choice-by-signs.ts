/** `c ? a : b`, the choice of other languages: the fix writes it as `if c { a } else { b }`. */
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { endOfExpression, outside } from './scan.ts';
import type { Source } from '../source.ts';

/** The choice around the `?` at an offset, in words; none where no `:` follows on the line. */
export function choiceBySigns(source: Source, at: number): readonly Fix[] {
  const { text } = source;
  const colon = outside(text, at + 1, /:/);
  if (colon === undefined) return [];
  const line = text.slice(Math.max(text.lastIndexOf('\n', at) + 1, at - 400), at);
  const from = /^.*(?:->|(?<![=!<>])=(?!=)|\w:|[,({[])\s*(?=\S)/.exec(closed(line))?.[0].length;
  if (from === undefined) return [];
  const end = endOfExpression(text, colon + 1);
  const [condition, first, second] = [
    line.slice(from),
    text.slice(at + 1, colon),
    text.slice(colon + 1, end),
  ];
  if ([first, second].some((part) => part.trim() === '')) return [];
  const ours = `if ${condition.trim()} { ${first.trim()} } else { ${second.trim()} }`;
  return [{ title: ours, edits: [{ span: { source, start: at - line.length + from, end }, text: ours }] }];
}

/** What stands in closed parentheses, blanked. */
function closed(line: string): string {
  const inner = line.replace(/\([^()]*\)/g, (part) => '_'.repeat(part.length));
  return inner === line ? line : closed(inner);
}
