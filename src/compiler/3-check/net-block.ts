/** A net inside another net: its input is the incoming value as it is, its body is applied, its output is the result. */
import type { Ident } from '../1-parse/ast.ts';
import type { Span } from '../1-parse/source.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { Node } from '../ir/graph.ts';
import { showType } from '../ir/type.ts';
import { enterDeclaration, noIncoming, type Application } from './apply.ts';
import type { Site } from './frame.ts';
import { spoil } from './memo/recording.ts';
import { declaredInput } from './inputs.ts';
import { runNet } from './net.ts';
import { outputNodes } from './outputs.ts';
import type { Session } from './session.ts';
import { tensorOf, unknown, type Callable, type Value } from './value.ts';

export function applyNet(
  value: Extract<Callable, { kind: 'net' }>,
  at: Application,
  site: Site,
  session: Session,
): Value {
  // Inputs and outputs of nets look at more than types.
  spoil(session);
  const inside = enterDeclaration(value.declaration, site, at, session);
  if (!inside) return unknown;
  const tensors = value.args.flatMap(({ value: v }) => (v.kind === 'tensor' ? [v.node] : []));
  const given: Node[] =
    site.incoming && (at.piped === 'stage' || tensors.length === 0) ? [site.incoming, ...tensors] : tensors;
  if (given.length === 0) return noIncoming(value.declaration.name, at, session);
  const args = value.args.filter((arg) => arg.value.kind !== 'tensor');
  const run = runNet({ declaration: value.declaration, args }, at, inside, {
    session,
    input: (statement, place) => {
      const node = given.shift();
      if (!node) return missingInput(statement.name, at.expr.span, session);
      const wanted = declaredInput(statement, place, session, node);
      if (!wanted) return unknown;
      if (!wanted.fits) return wrongInput(wanted.shown, node, { at, span: statement.span }, session);
      // Preprocessing belongs to the inputs of the net that is compiled.
      return tensorOf(node);
    },
  });
  if (!run.complete) return unknown;
  const output = run.outputs.find(({ statement }) => !statement.trainOnly);
  if (!output) return unknown;
  const [node] = outputNodes(output, session)?.nodes ?? [];
  return node ? tensorOf(node) : unknown;
}

function missingInput({ name, span: declared }: Ident, span: Span, session: Session): Value {
  const labels = [{ span: declared, text: 'declared here' }];
  session.report(diagnostic('network/input-missing', { name }, span, { labels }));
  return unknown;
}

function wrongInput(
  shown: string,
  node: Node,
  place: { readonly at: Application; readonly span: Span },
  session: Session,
): Value {
  session.report(
    diagnostic('shape/net-input', { wanted: shown, found: showType(node.type) }, place.at.expr.span, {
      labels: [{ span: place.span, text: `declared as ${shown}` }],
    }),
  );
  return unknown;
}
