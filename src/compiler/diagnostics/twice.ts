/** What stands twice where it may stand once: the second place is marked, and the first one shown beside it. */
import type { Span } from '../1-parse/source.ts';
import type { Diagnostic, Fix } from './diagnostic.ts';
import { diagnostic } from './registry.ts';

interface Twice {
  readonly first: Span;
  readonly again: Span;
  /** What is to be seen at the first one. */
  readonly text?: string;
  readonly fixes?: readonly Fix[];
}

/** One option has two values; `what` is whose option it is. */
export function givenTwice(
  args: { readonly option: string; readonly what: string },
  { first, again, text = 'given here first', fixes = [] }: Twice,
): Diagnostic {
  const labels = [{ span: first, text }];
  return diagnostic('value/given-twice', args, again, { label: 'again', labels, fixes });
}

/** One name is declared twice. */
export function declaredTwice(
  name: string,
  { first, again, text = 'declared here first', fixes = [] }: Twice,
): Diagnostic {
  const labels = [{ span: first, text }];
  return diagnostic('names/duplicate', { name }, again, { label: 'again', labels, fixes });
}
