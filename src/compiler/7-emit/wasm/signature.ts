/** Equal texts for equal data: keys of code that is made once for all that need it. */

/** Numbers that JSON does not have stay apart: −0 from 0, infinities and NaN from each other. Entries called `without` do not count. */
export function signature(data: unknown, without?: string): string {
  return JSON.stringify(data, (key, value: unknown) => {
    if (key !== '' && key === without) return undefined;
    return typeof value === 'number' && !isPlain(value)
      ? `${Object.is(value, -0) ? '-' : ''}${value}`
      : value;
  });
}

function isPlain(value: number): boolean {
  return Number.isFinite(value) && !Object.is(value, -0);
}
