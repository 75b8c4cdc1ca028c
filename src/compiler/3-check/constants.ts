/** Top-level constants and filters: evaluated when first needed, once; a constant that needs itself is an error. */
import type { Item } from '../1-parse/ast.ts';
import type { FilterDeclaration, LetDeclaration } from '../2-resolve/model.ts';
import { argument } from './evaluate.ts';
import { filterValue } from './filters.ts';
import { childFrame, type Site } from './frame.ts';
import { reportMeantAsLayer } from './slips/meant-as-layer.ts';
import { spoil } from './memo/recording.ts';
import type { Session } from './session.ts';
import { unknown, type Value } from './value.ts';

export function constantOf(declaration: LetDeclaration | FilterDeclaration, session: Session): Value {
  const value = constantOnce(declaration, session);
  // An error in a constant is told where it is first needed; an instance counts its uses.
  if (value.kind === 'unknown' || value.kind === 'instance') spoil(session);
  return value;
}

/** Evaluates the constants and filters of a file, also those that nothing uses: an exported one is wrong before it is imported. */
export function evaluateConstants(items: readonly Item[], session: Session): void {
  for (const item of items) {
    const declared =
      item.kind === 'let' || item.kind === 'filter' ? session.model.bindings.get(item.name) : undefined;
    if ((declared?.kind === 'let' || declared?.kind === 'filter') && !session.model.broken.has(declared))
      constantOf(declared, session);
  }
}

function constantOnce(declaration: LetDeclaration | FilterDeclaration, session: Session): Value {
  const known = session.constants.get(declaration);
  if (known === 'evaluating' || !declaration.module) return unknown;
  if (known) return known;
  session.constants.set(declaration, 'evaluating');
  const site: Site = {
    module: declaration.module,
    frame: childFrame(undefined),
    path: declaration.name,
    shared: false,
    incoming: undefined,
    self: undefined,
    depth: 0,
  };
  // It is evaluated once, whoever asks first, and counts as a step for nobody.
  const { steps } = session;
  const value =
    declaration.kind === 'filter'
      ? filterValue(declaration, site, session)
      : letValue(declaration, site, session);
  session.steps = steps;
  session.constants.set(declaration, value);
  return value;
}

/** An instance at the top of a file is shared by all its uses, under its own name. */
function letValue({ statement }: LetDeclaration, site: Site, session: Session): Value {
  if (reportMeantAsLayer(statement, site, session)) return unknown;
  const value = argument(statement.value, site, session);
  if (statement.value.kind !== 'call' || !('expr' in value)) return value;
  return { kind: 'instance', name: statement.name.name, of: value, site, uses: [] };
}
