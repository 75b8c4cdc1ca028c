/** Class names of an output: a list in the file, a text file with one name per line, a folder of folders, or a well-known list. */
import type { Expr, OutStatement } from '../../1-parse/ast.ts';
import { mostText } from '../../1-parse/lex.ts';
import { textOf, type Span } from '../../1-parse/source.ts';
import { dataPaths, whyInside } from '../../2-resolve/paths.ts';
import { classLists } from '../../2-resolve/vocabulary.ts';
import { counted, showCount } from '../../diagnostics/count.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { leaveOut, listedSpan } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import type { Node, OutputKind } from '../../ir/graph.ts';
import { channelMaker, channelsFix } from '../mismatch/channels.ts';
import { argument, mistyped } from '../evaluate.ts';
import type { Site } from '../frame.ts';
import type { Session } from '../session.ts';

export interface ClassNames {
  readonly classes: readonly string[] | undefined;
  readonly of: string | undefined;
}

/** The output that has the classes. */
export interface Classified {
  readonly kind: OutputKind['kind'];
  /** Its scores, one channel per class; undefined where the names say how many there are. */
  readonly scores: Node | undefined;
}

/** The names of `statement`'s `of`, as many as there are scores. Undefined where something is wrong (reported). */
export function classNames(
  { of, name }: OutStatement,
  output: Classified,
  site: Site,
  session: Session,
): ClassNames | undefined {
  if (!of) return { classes: undefined, of: undefined };
  const names = namesOf(of, site, session);
  const count = names?.classes?.length ?? knownLength(of, session);
  if (!names || count === undefined) return names;
  const channels = channelsOf(output);
  // One channel of a mask tells two classes apart.
  if (
    channels === undefined ||
    count === channels ||
    (output.kind === 'mask' && channels === 1 && count === 2)
  ) {
    reportRepeated(names.classes ?? [], of, session);
    return names;
  }
  const { scores } = output;
  const fewer = withoutRepeated(of, channels);
  const made = scores && channelMaker(scores).span;
  const args = {
    output: name?.name ?? 'this output',
    channels: counted(channels, 'channel'),
    classes: counted(count, 'class name'),
  };
  session.report(
    diagnostic('network/classes-count', args, of.span, {
      label: counted(count, 'name'),
      labels: made ? [{ span: made, text: counted(channels, 'channel') }] : [],
      fixes: fewer.length > 0 ? fewer : countFixes(of, { scores, count }),
    }),
  );
  return undefined;
}

function channelsOf({ scores }: Classified): number | undefined {
  return scores && Number(scores.type.dims.at(-1) ?? 1);
}

/** The length of a well-known list whose names are not written anywhere here. */
export function knownLength(of: Expr, session: Session): number | undefined {
  const known = of.kind === 'name' && Object.hasOwn(classLists, of.name) && !session.model.bindings.has(of);
  return known ? classLists[of.name] : undefined;
}

function namesOf(of: Expr, site: Site, session: Session): ClassNames | undefined {
  if (of.kind === 'name' && knownLength(of, session) !== undefined)
    return { classes: of.name === 'digits' ? [...'0123456789'] : undefined, of: of.name };
  const value = argument(of, site, session);
  if (value.kind === 'source') return { classes: undefined, of: `folder:${value.path}` };
  if (value.kind === 'string') {
    const text = readBeside(value.value, site.module.source.path, { span: of.span, session });
    return text === undefined ? undefined : { classes: linesOf(text), of: value.value };
  }
  if (value.kind === 'list' && value.items.every((item) => item.kind === 'string'))
    return { classes: value.items.map((item) => item.value), of: undefined };
  const other = value.kind === 'list' ? value.items.findIndex((item) => item.kind !== 'string') : -1;
  const [item, at] = [
    value.kind === 'list' ? value.items[other] : undefined,
    of.kind === 'list' ? of.items[other] : undefined,
  ];
  if (item && at) mistyped(item, 'a class name in quotes', at, session);
  else mistyped(value, 'class names: a list, a file, or a known list such as imagenet', of, session);
  return undefined;
}

function linesOf(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** The first name that stands twice: in a list at both places, else where the names come from. */
function reportRepeated(classes: readonly string[], of: Expr, session: Session): void {
  const seen = new Map<string, number>();
  for (const [i, name] of classes.entries()) {
    const first = seen.get(name);
    if (first === undefined) {
      seen.set(name, i);
      continue;
    }
    const [before, again] = of.kind === 'list' ? [of.items[first], of.items[i]] : [];
    const labels = before ? [{ span: before.span, text: 'the first one' }] : [];
    const notes = before
      ? []
      : [{ word: 'note', text: `they are number ${first + 1} and ${i + 1}` } as const];
    return session.report(diagnostic('network/class-twice', { name }, (again ?? of).span, { labels, notes }));
  }
}

/** As many channels as there are names; without names there is nothing to count. */
function countFixes(
  of: Expr,
  { scores, count }: { readonly scores: Node | undefined; readonly count: number },
): readonly Fix[] {
  if (count > 0) return scores ? channelsFix(scores, count) : [];
  const { source, start, end } = of.span;
  const word = source.text.lastIndexOf('of', start);
  return [leaveOut(`of ${textOf(of.span)}`, { source, start: word, end })];
}

/** Names that stand twice in a written list are too many, where the others are as many as they should be. */
function withoutRepeated(of: Expr, channels: number): readonly Fix[] {
  if (of.kind !== 'list') return [];
  const texts = of.items.map(({ span }) => textOf(span));
  const seen = new Set<string>();
  const again = texts.flatMap((text, i) => (seen.size === seen.add(text).size ? [i] : []));
  const [first] = again;
  if (first === undefined || of.items.length - again.length !== channels) return [];
  const spans = of.items.map(({ span }) => span);
  const edits = again.map((i) => ({ span: listedSpan(spans, i), text: '' }));
  return [{ title: `leave the second ${texts[first]} out`, edits }];
}

function notTooLong(text: string, span: Span, session: Session): string | undefined {
  if (text.length <= mostText.characters) return text;
  const found = `one of more than ${showCount(mostText.characters)} characters`;
  session.report(diagnostic('value/expected', { expected: 'a text file with class names', found }, span));
  return undefined;
}

/** The text of a file that is named in `from`; undefined, and reported, where there is none. */
function readBeside(
  path: string,
  from: string,
  { span, session }: { readonly span: Span; readonly session: Session },
): string | undefined {
  const paths = dataPaths(path, from);
  if (paths === 'outside') {
    session.report(diagnostic('file/outside-project', { path }, span, whyInside));
    return undefined;
  }
  for (const candidate of paths) {
    const text = session.model.host.read(candidate);
    if (text !== undefined) return notTooLong(text, span, session);
  }
  session.report(diagnostic('network/classes-file', { path }, span));
  return undefined;
}
