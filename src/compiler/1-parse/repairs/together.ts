/**
 * One habit is one mistake: where a file writes all its comments by `#`, or ends every line by `;`, the first place is told, and its
 * fix mends them all.
 */
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';

/** Told together wherever they stand. */
const byCode: ReadonlySet<string> = new Set(['syntax/comment', 'syntax/semicolon', 'syntax/quote']);

/** What a diagnostic of the lexer is told together with; undefined where each place is a mistake of its own. */
function habitOf({ code, message, fixes, notes }: Diagnostic): string | undefined {
  if (byCode.has(code)) return fixes.length === 1 ? code : undefined;
  // `1.`, `2.`, or `1f`, `2f`: as another language writes all of its numbers.
  if (code === 'syntax/bad-number' && fixes.length === 1) return notes[0]?.text;
  if (code === 'syntax/name-letters') return message;
  if (code === 'syntax/stray') return fixes.length === 1 ? message : undefined;
  if (code !== 'syntax/foreign-sign') return undefined;
  return /`[\uff01-\uff5e]+`/.test(message) ? 'full-width' : message.replace(/^`[^`]*`/, '');
}

/** The diagnostics with one for each habit, at its first place. */
export function together(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const habits = Map.groupBy(diagnostics, habitOf);
  return diagnostics.flatMap((one) => {
    const habit = habitOf(one);
    const all = habit === undefined ? undefined : habits.get(habit);
    const [first] = all ?? [];
    if (!all || first === undefined || all.length === 1) return [one];
    return one === first ? [withAll(first, all)] : [];
  });
}

function withAll(first: Diagnostic, all: readonly Diagnostic[]): Diagnostic {
  const [fix] = first.fixes;
  if (fix === undefined || all.some(({ fixes }) => fixes.length !== 1)) return first;
  const edits = all.flatMap(({ fixes }) => fixes.flatMap((each) => each.edits));
  const same = all.every(({ fixes }) => fixes[0]?.title === fix.title);
  return {
    ...first,
    fixes: [{ title: `${fix.title}${same ? '' : ' …'}, in all ${all.length} places`, edits }],
  };
}
