/** Class names of an output: a list in the file, a text file with one name per line, a folder of folders, or a well-known list. */
import type { OutStatement } from '../1-parse/ast.ts';
import type { Span } from '../1-parse/source.ts';
import { dataPaths, whyInside } from '../2-resolve/paths.ts';
import { classLists } from '../2-resolve/vocabulary.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { argument, mistyped } from './evaluate.ts';
import type { Site } from './frame.ts';
import type { Session } from './session.ts';

export interface ClassNames {
  readonly classes: readonly string[] | undefined;
  readonly of: string | undefined;
}

/** The names of `statement`'s `of`; their number must be `channels` where it is known (`made` at that place). Undefined where it is wrong (reported). */
export function classNames(
  { of, name }: OutStatement,
  { channels, made }: { readonly channels: number; readonly made: Span | undefined },
  site: Site,
  session: Session,
): ClassNames | undefined {
  if (!of) return { classes: undefined, of: undefined };
  let found: ClassNames | undefined;
  if (of.kind === 'name' && Object.hasOwn(classLists, of.name) && !session.model.bindings.has(of))
    return counted(
      { classes: of.name === 'digits' ? [...'0123456789'] : undefined, of: of.name },
      classLists[of.name],
      channels,
    );
  const value = argument(of, site, session);
  if (value.kind === 'source') return { classes: undefined, of: `folder:${value.path}` };
  if (value.kind === 'string') {
    const text = readBeside(value.value, site.module.source.path, { span: of.span, session });
    if (text === undefined) return undefined;
    found = {
      classes: text
        .split(/\r?\n/)
        .map((line) => line.trim())
        .filter((line) => line !== ''),
      of: value.value,
    };
  } else if (value.kind === 'list' && value.items.every((item) => item.kind === 'string')) {
    found = { classes: value.items.map((item) => (item.kind === 'string' ? item.value : '')), of: undefined };
  } else {
    mistyped(value, 'class names: a list, a file, or a known list such as imagenet', of, session);
    return undefined;
  }
  return counted(found, found.classes?.length, channels);

  function counted(names: ClassNames, count: number | undefined, needed: number): ClassNames | undefined {
    if (count === undefined || count === needed || Number.isNaN(needed) || (needed === 1 && count === 2))
      return names;
    const output = name?.name ?? 'this output';
    session.report(
      diagnostic(
        'network/classes-count',
        { output, channels: needed, classes: count },
        of?.span ?? site.module.file.span,
        {
          label: count === 1 ? '1 name' : `${count} names`,
          labels: made ? [{ span: made, text: `${needed} channels` }] : [],
        },
      ),
    );
    return undefined;
  }
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
    if (text !== undefined) return text;
  }
  session.report(diagnostic('network/classes-file', { path }, span));
  return undefined;
}
