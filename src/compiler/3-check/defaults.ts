/** `defaults { conv { pad = same } }` of a file, whether or not a layer of its nets has them: options of the right kinds, each once. */
import type { Arg, DefaultsItem } from '../1-parse/ast.ts';
import { operatorsCalled } from '../2-resolve/vocabulary.ts';
import { reportTwice } from './apply.ts';
import { argument } from './evaluate.ts';
import type { Site } from './frame.ts';
import { fitsOption } from './options.ts';
import type { Session } from './session.ts';
import type { GivenArg } from './value.ts';

export function checkDefaults(items: readonly DefaultsItem[], site: Site, session: Session): void {
  const seen = new Map<string, GivenArg>();
  for (const { op, args } of items.flatMap(({ entries }) => entries))
    for (const arg of args) {
      const given = givenBy(arg, site, session);
      const key = `${op.name}.${given.name ?? ''}`;
      const first = seen.get(key);
      if (first && given.name !== undefined)
        reportTwice(given.name, { first, again: given, what: op.name }, session);
      else seen.set(key, given);
      const [def] = operatorsCalled(op.name).filter(({ params }) =>
        params.some((p) => p.name === given.name),
      );
      if (def) fitsOption(given, def, session);
    }
}

function givenBy(arg: Arg, site: Site, session: Session): GivenArg {
  const value = session.model.unknownOptions.has(arg)
    ? ({ kind: 'unknown' } as const)
    : argument(arg.value, site, session);
  return { name: arg.name?.name, value, arg };
}
