/** The variants of a family: a net with the arguments that each gives it, checked like any other net. */
import type { Model, NetDeclaration } from '../2-resolve/model.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { NetAnswers, VariantAnswers } from './ask-nets.ts';
import { isComplete } from './complete.ts';
import type { Site } from './frame.ts';
import { lintGraph } from './lints.ts';
import { variantValues } from './members.ts';
import { figures, type NetFacts } from './query.ts';
import { limits, newSession } from './session.ts';
import type { GivenArg } from './value.ts';

type Report = (diagnostic: Diagnostic) => void;

/** A reporter that can be told which variant is being looked at: what is found there says so. */
export interface VariantReporter {
  readonly report: Report;
  readonly during: <T>(variant: string, work: () => T) => T;
}

export function variantReporter(report: Report): VariantReporter {
  let variant: string | undefined;
  return {
    report: (found) => {
      const text = `in ${variant}`;
      report(variant === undefined ? found : { ...found, notes: [...found.notes, { word: 'note', text }] });
    },
    during: (name, work) => {
      variant = name;
      const result = work();
      variant = undefined;
      return result;
    },
  };
}

/** A variant of a family, `Pocket.small`. */
export interface VariantInfo {
  readonly name: string;
  /** Undefined where it has errors. */
  readonly facts: NetFacts | undefined;
}

/** Arguments of a family's variant; its values are literals or constants of the file. Undefined where there is none of the name. */
export function variantArgs(
  net: NetDeclaration,
  variant: string,
  site: Site,
  { model, report, queries }: VariantAnswers & { readonly model: Model },
): readonly GivenArg[] | undefined {
  const session = newSession({ model, mode: 'inference', report, queries });
  const family = net.module.families.get(net.name);
  const found = family?.variants.find((v) => v.name.name === variant);
  return found && family && variantValues(family.params, found.values, site, session);
}

/** Variants of the net's family at its default sizes, up to a bound: all of them, or those that are `named`. */
export function checkVariants(
  net: NetDeclaration,
  site: Site,
  {
    model,
    reporter: { report, during },
    ask,
    named,
  }: {
    readonly model: Model;
    readonly reporter: VariantReporter;
    readonly ask: NetAnswers['variant'];
    readonly named?: ReadonlySet<string>;
  },
): readonly VariantInfo[] {
  const variants = net.module.families.get(net.name)?.variants ?? [];
  for (const { name } of variants)
    if (Object.hasOwn(figures, name.name))
      report(diagnostic('names/reserved', { name: name.name, what: 'a figure of every net' }, name.span));
  return variants.slice(0, limits.variants).flatMap((variant, place) => {
    if (named && !named.has(variant.name.name)) return [];
    const name = `${net.name}.${variant.name.name}`;
    const make = (answers: VariantAnswers): NetFacts | undefined => {
      // With a value too many or too few it was reported where it is written.
      const family = net.module.families.get(net.name);
      if (variant.values.length > 0 && variant.values.length !== family?.params.length) return undefined;
      const args = variantArgs(net, variant.name.name, site, { model, ...answers });
      const facts = args && answers.queries(net, args);
      // Warnings about a net that is complete are about its default.
      if (facts && !isComplete(net)) lintGraph(facts.graph, answers.report);
      return facts;
    };
    return [{ name, facts: during(name, () => ask(net, place, make)) }];
  });
}
