/** From a net of the model to its graph, at the sizes to compile for. */
import type { Body } from '../1-parse/ast.ts';
import { textOf } from '../1-parse/source.ts';
import type { NetDeclaration } from '../2-resolve/model.ts';
import type { Fix } from '../diagnostics/diagnostic.ts';
import { lineBelow } from '../diagnostics/line-below.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { topological, type Graph, type GraphInput, type GraphOutput, type Node } from '../ir/graph.ts';
import type { Application } from './apply.ts';
import { childFrame, type Site } from './frame.ts';
import { makeInput } from './inputs/inputs.ts';
import { outputName, runNet, slidingOf, type NetRun } from './net.ts';
import { outputNodes } from './outputs/outputs.ts';
import { reportDisagreements } from './size-report.ts';
import type { Session } from './session.ts';
import { slideInstance, type Sliding } from './sliding/index.ts';
import { unknown, type GivenArg } from './value.ts';

/** Sizes by input name, as the input declares them: all its axes, or only the named ones. */
export type InputSizes = Readonly<Record<string, readonly number[]>>;

export interface Instance {
  readonly graph: Graph;
  /** Names of all inputs: the graph of an inference has those that its outputs depend on. */
  readonly inputs: readonly string[];
  /** Named values of the net's body. */
  readonly values: ReadonlyMap<string, Node>;
  /** Where the net slides over a larger input, with the graph for one window. */
  readonly sliding?: Sliding & { readonly written: Graph };
}

export function buildGraph(
  net: { readonly declaration: NetDeclaration; readonly args: readonly GivenArg[]; readonly name: string },
  sizes: InputSizes,
  session: Session,
): Instance | undefined {
  const { declaration } = net;
  const slides = slidingOf(declaration, session.model) !== undefined;
  const inputs: GraphInput[] = [];
  let failed = false;
  const at: Application = {
    expr: { kind: 'name', name: declaration.name, span: declaration.span },
    piped: 'start',
  };
  const run = runNet(net, at, rootSite(declaration), {
    session,
    input: (statement, site) => {
      const size = slides ? undefined : sizeOfInput(sizes, statement.name.name);
      const made = makeInput(statement, size, site, session);
      if (!made) failed = true;
      if (made) inputs.push(made.input);
      return made?.value ?? unknown;
    },
  });
  if (!run.complete || failed || !checkSizes(sizes, inputs, declaration, session)) return undefined;
  const outputs = graphOutputs(run, declaration, session);
  reportDisagreements(session);
  if (!outputs) return undefined;
  const whole: Graph = { name: net.name, inputs, outputs };
  const graph = session.mode === 'training' ? whole : withNeededInputs(whole);
  const instance: Instance = {
    graph,
    inputs: inputs.map((input) => input.name),
    values: run.values,
  };
  if (!run.sliding) return instance;
  return slideInstance(instance, run.sliding, { given: sizes[graph.inputs[0]?.name ?? ''], session });
}

/** What only training reads (targets of a loss) nobody has to give for an inference. */
function withNeededInputs(graph: Graph): Graph {
  const read = new Set(graph.outputs.flatMap(({ nodes }) => nodes));
  const nodes = topological(graph);
  for (let i = 0; i < nodes.length; i++) {
    const { inputs } = nodes[i] as Node;
    for (let j = 0; j < inputs.length; j++) if (inputs[j]?.op === 'input') read.add(inputs[j] as Node);
  }
  const needed = graph.inputs.filter(({ node }) => read.has(node));
  return needed.length === graph.inputs.length ? graph : { ...graph, inputs: needed };
}

function rootSite(declaration: NetDeclaration): Site {
  const { module } = declaration;
  return {
    module,
    frame: childFrame(undefined),
    path: '',
    shared: false,
    incoming: undefined,
    self: undefined,
    depth: 0,
  };
}

function sizeOfInput(sizes: InputSizes, name: string): readonly number[] | undefined {
  return Object.hasOwn(sizes, name) ? sizes[name] : undefined;
}

function checkSizes(
  sizes: InputSizes,
  inputs: readonly GraphInput[],
  net: NetDeclaration,
  session: Session,
): boolean {
  const known = inputs.map((input) => input.name);
  const wrong = Object.keys(sizes).find((name) => !known.includes(name));
  if (wrong === undefined) return true;
  session.report(
    diagnostic('names/unknown-word', { name: wrong, what: `input of ${net.name}` }, net.span, {
      notes: [{ word: 'note', text: `it has ${known.join(', ')}` }],
    }),
  );
  return false;
}

/** `out = y` as an output; else one of the last value. */
function outputOf(body: Body | undefined): Fix {
  const last = body?.statements.findLast((s) => s.kind === 'assign' && !s.trainOnly);
  if (last?.kind !== 'assign') return { title: 'say what it gives: out y: tensor(y)', edits: [] };
  const { name, value, span } = last;
  const isOut = name.name === 'out';
  const named = !isOut ? name.name : value.kind === 'name' ? value.name : 'result';
  const text = `out ${named}: tensor(${isOut ? textOf(value.span) : named})`;
  return { title: `say what it gives: ${text}`, edits: [isOut ? { span, text } : lineBelow(span, text)] };
}

/** The outputs that the mode has; undefined where one is wrong. */
function graphOutputs(
  run: NetRun,
  net: NetDeclaration,
  session: Session,
): readonly GraphOutput[] | undefined {
  const wanted = run.outputs.filter(({ statement }) => session.mode === 'training' || !statement.trainOnly);
  if (wanted.length === 0) {
    // A statement that did not parse may have been the output.
    const broken = net.item.body?.statements.some(({ kind }) => kind === 'broken');
    if (!broken)
      session.report(
        diagnostic('network/no-output', { name: net.name }, net.span, {
          fixes: [outputOf(net.item.body)],
        }),
      );
    return undefined;
  }
  const outputs: GraphOutput[] = [];
  for (const pending of wanted) {
    const { statement } = pending;
    const finished = outputNodes(pending, session);
    if (!finished) continue;
    const { trainOnly, doc } = statement;
    outputs.push({ name: outputName(statement), ...finished, trainOnly, doc });
  }
  return outputs.length === wanted.length ? outputs : undefined;
}
