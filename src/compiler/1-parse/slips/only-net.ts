/** Which net a statement means that names none: the only one of the file. */
import type { Source } from '../source.ts';

/** The name of the file's net; undefined where it has none or several. */
export function onlyNet({ text }: Source): string | undefined {
  const [first, ...others] = text.matchAll(/^(?:export[ \t]+)?net[ \t]+(\w+)/gm);
  return others.length === 0 ? first?.[1] : undefined;
}
