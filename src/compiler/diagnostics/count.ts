/** Counts as people read them. */

/**
 * `250,890`, as `toLocaleString('en')` writes it; whole numbers without Intl, whose tables cost the process 20 to 45 ms when they
 * are first asked for.
 */
export function showCount(n: number): string {
  return Number.isSafeInteger(n) ? String(n).replace(/\B(?=(?:\d{3})+$)/g, ',') : n.toLocaleString('en');
}

/** `1 size`, `2 sizes`. */
export function counted(n: number, singular: string, plural = `${singular}s`): string {
  return `${n} ${n === 1 ? singular : plural}`;
}
