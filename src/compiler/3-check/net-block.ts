/**
 * A net inside another net: its input is the incoming value as it is, its body is applied, its output is the result. One that slides is
 * made for a window, and then applied to the larger value.
 */
import type { Ident, InStatement } from '../1-parse/ast.ts';
import type { Span } from '../1-parse/source.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { NetDeclaration } from '../2-resolve/model.ts';
import { topological, type Graph, type GraphInput, type Node } from '../ir/graph.ts';
import { channelsOf, showType, spatialDims } from '../ir/type.ts';
import { enterDeclaration, noIncoming, type Application } from './apply.ts';
import type { Site } from './frame.ts';
import { spoil } from './memo/recording.ts';
import { declaredInput, windowInput } from './inputs/inputs.ts';
import { runNet, slidingOf, type NetRun } from './net.ts';
import { outputNodes } from './outputs/outputs.ts';
import type { Session } from './session.ts';
import { slideInside } from './sliding/index.ts';
import { tensorOf, unknown, type Callable, type GivenArg, type TensorValue, type Value } from './value.ts';

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
  const call: NetCall = { net: { declaration: value.declaration, args }, given, at, site: inside };
  const slides = slidingOf(value.declaration, session.model) !== undefined;
  if (!slides) return plainResult(call, session) ?? unknown;
  const node = slidingResult(call, session);
  return node ? tensorOf(node) : unknown;
}

interface NetCall {
  readonly net: { readonly declaration: NetDeclaration; readonly args: readonly GivenArg[] };
  /** Values for its inputs, in order. */
  readonly given: readonly Node[];
  readonly at: Application;
  readonly site: Site;
}

function plainResult({ net, given, at, site }: NetCall, session: Session): Value | undefined {
  const left = [...given];
  const missing: InStatement[] = [];
  let isWrong = false;
  const run = runNet(net, at, site, {
    session,
    input: (statement, place) => {
      const node = left.shift();
      if (!node) {
        missing.push(statement);
        return unknown;
      }
      const wanted = declaredInput(statement, place, session, node);
      isWrong ||= !wanted?.fits;
      if (!wanted) return unknown;
      if (!wanted.fits) return wrongInput(wanted.shown, node, { at, span: statement.span }, session);
      // Preprocessing belongs to the inputs of the net that is compiled.
      return tensorOf(node);
    },
  });
  const result = resultsOf(run, session);
  // What only training reads nobody has to give: its heads are no part of the net around.
  const [first] = result || isWrong ? [] : missing;
  if (first) missingInput(first.name, at.expr.span, session);
  return result;
}

/** The net made for one window, over the value that it is given. */
function slidingResult({ net, given: [larger], at, site }: NetCall, session: Session): Node | undefined {
  const inputs: GraphInput[] = [];
  const run = runNet(net, at, site, {
    session,
    input: (statement, place) => {
      const node = windowInput(statement, place, session);
      if (node) inputs.push({ name: node.path, node, format: 'f32', fit: 'stretch', doc: undefined });
      return node ? tensorOf(node) : unknown;
    },
  });
  const result = resultsOf(run, session)?.node;
  const [window] = inputs;
  const { sliding } = run;
  if (!result || !larger || !window || !sliding) return undefined;
  const wanted = wantedShape(window.node, sliding.sizes);
  if (!fits(larger, wanted)) {
    const shown = wanted.map((n, i) => n ?? window.node.type.axes[i]);
    const place = { at, span: net.declaration.item.name.span };
    wrongInput(sliding.sizes ? shown.join('x') : `[${shown.join(', ')}]`, larger, place, session);
    return undefined;
  }
  const out = {
    name: 'out',
    nodes: [result],
    output: { kind: 'tensor' },
    trainOnly: false,
    doc: undefined,
  } as const;
  const reached = new Set(topological({ inputs: [], outputs: [out] }));
  const needed = inputs.filter(({ node }) => reached.has(node));
  const graph: Graph = { name: net.declaration.name, inputs: needed, outputs: [out] };
  const slid = slideInside(graph, larger, { at: at.expr.span, over: sliding, session });
  // A size with a name is looked at from here on as it is by default.
  if (slid && session.symbolic.has(larger)) session.symbolic.set(slid, 'unknown');
  return slid;
}

/** Sizes of the value that a sliding net takes; undefined along an axis where any size will do. */
function wantedShape(window: Node, sizes: readonly number[] | undefined): readonly (number | undefined)[] {
  const channels = Number(channelsOf(window.type));
  return [...(sizes ?? spatialDims(window.type).map(() => undefined)), channels];
}

function fits({ type }: Node, wanted: readonly (number | undefined)[]): boolean {
  return type.dims.length === wanted.length && wanted.every((n, i) => n === undefined || n === type.dims[i]);
}

/** The value of the net's first output, and all of them by name; undefined where the first is wrong. Boxes have values of several heads, and only the first. */
function resultsOf(run: NetRun, session: Session): TensorValue | undefined {
  if (!run.complete) return undefined;
  const built = run.outputs.filter(({ statement }) => !statement.trainOnly);
  const results = built.map((output) => ({ output, nodes: outputNodes(output, session)?.nodes ?? [] }));
  const named = results.flatMap(({ output: { statement }, nodes: [node, ...others] }) =>
    statement.name && node && others.length === 0 ? [[statement.name.name, node] as const] : [],
  );
  const first = results[0]?.nodes[0];
  return first && tensorOf(first, new Map(named));
}

function missingInput({ name, span: declared }: Ident, span: Span, session: Session): void {
  const labels = [{ span: declared, text: 'declared here' }];
  session.report(diagnostic('network/input-missing', { name }, span, { labels }));
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
