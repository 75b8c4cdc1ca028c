/** Names in a message: all of a few, the first of many. */

const most = 20;

/** `a, b, c`; of more than twenty the first, and dots, with how many there are `inAll` if that is known. Takes no more names than it shows, and one. */
export function showNames(names: Iterable<string>, inAll?: number): string {
  const shown: string[] = [];
  for (const name of names)
    if (shown.push(name) > most)
      return [...shown.slice(0, most), inAll === undefined ? '…' : `… (${inAll})`].join(', ');
  return shown.join(', ');
}
