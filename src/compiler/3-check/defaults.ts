/** `defaults { conv { pad = same } }` of a file, whether or not a layer of its nets has them: options of the right kinds, each once. */
import type { Arg, DefaultsItem } from '../1-parse/ast.ts';
import { unnamedOption } from '../2-resolve/named-options.ts';
import { operatorsCalled } from '../2-resolve/vocabulary.ts';
import { reportTwice } from './apply.ts';
import { argument } from './evaluate.ts';
import type { Site } from './frame.ts';
import { fitsOption, takes } from './options.ts';
import type { Session } from './session.ts';
import type { GivenArg } from './value.ts';

export function checkDefaults(items: readonly DefaultsItem[], site: Site, session: Session): void {
  const seen = new Map<string, GivenArg>();
  for (const { op, args } of items.flatMap(({ entries }) => entries))
    for (const arg of args) {
      const given = givenBy(arg, site, session);
      if (!arg.name) {
        reportUnnamed(given, op.name, args, session);
        continue;
      }
      const key = `${op.name}.${arg.name.name}`;
      const first = seen.get(key);
      if (first) reportTwice(arg.name.name, { first, again: given, what: op.name }, session);
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

/** `defaults { conv { 3 } }`: the options that take such a value, and have none yet, are what it may be for. */
function reportUnnamed(given: GivenArg, op: string, args: readonly Arg[], session: Session): void {
  const known = operatorsCalled(op).flatMap(({ params }) => params);
  if (known.length === 0) return;
  const meant = known.filter(
    (param) => args.every(({ name }) => name?.name !== param.name) && takes(param, given.value),
  );
  const options = { known: known.map(({ name }) => name), what: op };
  session.report(
    unnamedOption(
      given.arg,
      options,
      meant.map(({ name }) => name),
    ),
  );
}
