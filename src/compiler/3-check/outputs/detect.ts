/**
 * `detect(classes = […]) { branch head anchors [(w, h), …]  nms { … } }`: YOLO-style heads. Each anchor of a head predicts
 * x, y, w, h, objectness and, with more than one class, a score per class (Redmon & Farhadi, arXiv:1612.08242).
 */
import type { Arg, CallExpr, DetectBody, Expr, OutStatement } from '../../1-parse/ast.ts';
import { textOf } from '../../1-parse/source.ts';
import { counted } from '../../diagnostics/count.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { givenTwice } from '../../diagnostics/twice.ts';
import type { Node, OutputKind } from '../../ir/graph.ts';
import { showType } from '../../ir/type.ts';
import type { Bounds } from '../../ops/op.ts';
import { withinBounds } from '../bounds.ts';
import { channelsFix } from '../mismatch/channels.ts';
import { detectClasses } from './detect-classes.ts';
import { argument, mistyped } from '../evaluate.ts';
import type { Site } from '../frame.ts';
import { nodeOf, type FinishedOutput } from './outputs.ts';
import type { Session } from '../session.ts';
import { realOf, type Value } from '../value.ts';

type Detect = Extract<OutputKind, { kind: 'detect' }>;
type Branch = DetectBody['branches'][number];

export function detectOutput(
  statement: OutStatement,
  call: CallExpr,
  site: Site,
  session: Session,
): FinishedOutput | undefined {
  const classes = detectClasses(statement, call, site, session);
  const branches = statement.detect?.branches ?? [];
  if (branches.length === 0 && !hasBroken(statement))
    session.report(diagnostic('detect/no-branch', {}, call.span));
  if (!classes || branches.length === 0) return undefined;
  const nodes = branches.map(({ value }) => nodeOf(value, site, session));
  if (reportHeadsTwice(branches, nodes, { classes, session })) return undefined;
  const heads = branches.map((branch, i) => detectHead({ branch, node: nodes[i] }, classes, site, session));
  const nms = nmsOptions(statement.detect?.nms ?? [], site, session);
  if (!nms || heads.some((head) => head === undefined)) return undefined;
  const found = heads.filter((head) => head !== undefined);
  return {
    nodes: found.map((head) => head.node),
    output: { kind: 'detect', classes, branches: found.map(({ anchors }) => ({ anchors })), nms },
  };
}

/** Something on the line of a branch did not parse, and was reported: perhaps its anchors. */
function goesOn({ span }: Branch): boolean {
  const { text } = span.source;
  return /^[ \t]*,?[ \t]*(?:anchors?\b|[[(])/.test(text.slice(span.end, span.end + 80));
}

/** Something stands in the braces that is no `nms`, and did not parse. */
function hasBroken({ detect }: OutStatement): boolean {
  return detect !== undefined && /\w/.test(textOf(detect.span).replace(/\bnms\s*\{[^}]*\}|\/\/.*/g, ''));
}

interface Head {
  readonly node: Node;
  readonly anchors: Detect['branches'][number]['anchors'];
}

/** Boxes of one head are read off it once, with all its anchors. */
function reportHeadsTwice(
  branches: readonly Branch[],
  nodes: readonly (Node | undefined)[],
  { classes, session }: { readonly classes: readonly string[]; readonly session: Session },
): boolean {
  const again = branches.flatMap((branch, i) => {
    const at = nodes.indexOf(nodes[i]);
    const [node, first, before] = [nodes[i], branches[at], branches[i - 1]];
    return node && at < i && first && before ? [{ branch, node, first, before }] : [];
  });
  for (const { branch, node, first, before } of again) {
    const option = `the head ${textOf(branch.value.span)}`;
    const edit = { span: { ...branch.span, start: before.span.end }, text: '' };
    const leave = { title: `leave ${textOf(branch.span)} out`, edits: [edit] };
    const fits = Number(node.type.dims[2]) / perAnchor(classes);
    const fixes = [oneBranch({ branch, first, fits }, edit) ?? leave];
    const places = { first: first.value.span, again: branch.value.span, text: 'a branch already' };
    session.report(givenTwice({ option, what: 'detect' }, { ...places, fixes }));
  }
  return again.length > 0;
}

/** The anchors of both in the first branch, where the head has the channels for them. */
function oneBranch(
  { branch, first, fits }: Record<'branch' | 'first', Branch> & { readonly fits: number },
  without: Fix['edits'][number],
): Fix | undefined {
  if (first.anchors?.kind !== 'list' || branch.anchors?.kind !== 'list') return undefined;
  const all = [...first.anchors.items, ...branch.anchors.items];
  const text = `[${all.map(({ span }) => textOf(span)).join(', ')}]`;
  if (all.length !== fits) return undefined;
  return { title: `anchors ${text} in one branch`, edits: [{ span: first.anchors.span, text }, without] };
}

/** x, y, w, h, objectness, and with more than one class a score for each. */
const perAnchor = (classes: readonly string[]): number => 5 + (classes.length > 1 ? classes.length : 0);

function detectHead(
  { branch, node }: { readonly branch: Branch; readonly node: Node | undefined },
  classes: readonly string[],
  site: Site,
  session: Session,
): Head | undefined {
  const anchors = branch.anchors ? anchorsOf(branch.anchors, site, session) : [];
  if (!node || !anchors) return undefined;
  if (node.type.axes.length !== 3) {
    session.report(diagnostic('detect/not-a-map', { shape: showType(node.type) }, branch.value.span));
    return undefined;
  }
  if (goesOn(branch)) return undefined;
  // A head without anchors predicts one box per cell.
  const count = Math.max(1, anchors.length);
  const needs = count * perAnchor(classes);
  const found = Number(node.type.dims[2]);
  if (found === needs) return strideFits(node, branch, site, session) ? { node, anchors } : undefined;
  const anchorCount = counted(count, 'anchor');
  const scores = classes.length > 1 ? `(5 + ${classes.length} classes)` : '5';
  session.report(
    diagnostic('detect/head-width', { found, needs }, branch.value.span, {
      label: showType(node.type),
      labels: branch.anchors ? [{ span: branch.anchors.span, text: anchorCount }] : [],
      notes: [
        {
          word: 'why',
          text: `${anchorCount} · ${scores} = ${needs}: x, y, w, h, objectness${classes.length > 1 ? ', and a score per class' : ''}`,
        },
      ],
      fixes: widthFixes(node, needs),
    }),
  );
  return undefined;
}

function widthFixes(node: Node, needs: number): readonly Fix[] {
  const fixes = channelsFix(node, needs);
  return fixes.length > 0 ? fixes : [{ title: `end the head with conv(${needs}, 1)`, edits: [] }];
}

function anchorsOf(expr: Expr, site: Site, session: Session): Head['anchors'] | undefined {
  const value = argument(expr, site, session);
  const pairs =
    value.kind === 'list'
      ? value.items.map((item) => {
          const pair = item.kind === 'tuple' || item.kind === 'list' ? item.items : [];
          const [w, h] = pair;
          return pair.length === 2 && w?.kind === 'number' && h?.kind === 'number'
            ? ([realOf(w), realOf(h)] as const)
            : undefined;
        })
      : [];
  const complete = pairs.filter((pair) => pair !== undefined);
  const bounded = { numbers: complete.flat(), option: 'a side', what: 'an anchor', span: expr.span };
  if (complete.length > 0 && complete.length === pairs.length)
    return withinBounds(bounded, { above: 0 }, session) ? complete : undefined;
  const fixes = asPairs(value, expr);
  mistyped(value, 'anchors: a list of (width, height) in cells', expr, session, fixes);
  return undefined;
}

/** `(10, 13)` or `[10, 13, 16, 30]`: the numbers in pairs. */
function asPairs(value: Value, { span }: Expr): readonly Fix[] {
  const items = value.kind === 'list' || value.kind === 'tuple' ? value.items : [];
  const numbers = items.flatMap((item) => (item.kind === 'number' ? [item.value] : []));
  if (numbers.length === 0 || numbers.length < items.length || numbers.length % 2 !== 0) return [];
  const pairs = Array.from({ length: numbers.length / 2 }, (_, i) =>
    numbers.slice(2 * i, 2 * i + 2).join(', '),
  );
  return [replaceBy(`[${pairs.map((pair) => `(${pair})`).join(', ')}]`, span)];
}

/** A cell of the head has to be the same whole number of pixels everywhere, or boxes cannot be placed. */
function strideFits(node: Node, branch: Branch, site: Site, session: Session): boolean {
  const input = inputOf(node);
  if (!input) return true;
  const [h, w] = [0, 1].map((i) => Number(input.type.dims[i]) / Number(node.type.dims[i]));
  if (h === w && h !== undefined && Number.isInteger(h)) return strideWritten(h, branch, site, session);
  session.report(
    diagnostic(
      'detect/stride',
      { input: showType(input.type), head: showType(node.type) },
      branch.value.span,
      {
        notes: [
          {
            word: 'why',
            text: `one cell would be ${Number(h?.toFixed(2))} x ${Number(w?.toFixed(2))} pixels`,
          },
        ],
        fixes: [{ title: 'use pad = same and an input that the stride divides', edits: [] }],
      },
    ),
  );
  return false;
}

/** `with stride = 8` says how many pixels a cell has, and has to be true. */
function strideWritten(cell: number, { options }: Branch, site: Site, session: Session): boolean {
  const arg = options.find(({ name }) => name?.name === 'stride');
  if (!arg) return true;
  const value = argument(arg.value, site, session);
  if (value.kind !== 'number') {
    mistyped(value, 'the pixels of a cell', arg.value, session);
    return false;
  }
  if (value.value === cell) return true;
  const fixes = [replaceBy(String(cell), arg.value.span)];
  session.report(diagnostic('detect/cell-size', { written: value.value, cell }, arg.value.span, { fixes }));
  return false;
}

/** The image that a head looks at: follows first inputs. */
function inputOf(node: Node): Node | undefined {
  let current: Node | undefined = node;
  while (current && current.op !== 'input') current = current.inputs[0];
  return current;
}

const nmsDefaults = { iou: 0.45, score: 0.5, max: 100 };

const nmsBounds: Readonly<Record<string, Bounds>> = {
  iou: { min: 0, max: 1 },
  score: { min: 0, max: 1 },
  max: { min: 1 },
};

/** What is no option of `nms`, or given twice, phase 2 has reported. */
function nmsOptions(args: readonly Arg[], site: Site, session: Session): Detect['nms'] | undefined {
  const nms: Record<string, number> = { ...nmsDefaults };
  let fine = true;
  for (const arg of args) {
    const option = arg.name?.name ?? '';
    const bounds = Object.hasOwn(nmsBounds, option) ? nmsBounds[option] : undefined;
    const value = bounds && nmsValue(arg, { option, bounds }, site, session);
    if (value === undefined) fine = false;
    else nms[option] = value;
  }
  return fine ? (nms as unknown as Detect['nms']) : undefined;
}

function nmsValue(
  arg: Arg,
  { option, bounds }: { readonly option: string; readonly bounds: Bounds },
  site: Site,
  session: Session,
): number | undefined {
  const { span } = arg.value;
  const value = argument(arg.value, site, session);
  const whole = option === 'max';
  if (value.kind === 'number' && (!whole || Number.isInteger(value.value))) {
    const number = whole ? value.value : realOf(value);
    const fits = withinBounds({ numbers: [number], option, what: 'nms', span }, bounds, session);
    return fits ? number : undefined;
  }
  const rounded = value.kind === 'number' && value.value > 0 ? Math.ceil(value.value) : undefined;
  const fixes = rounded === undefined ? [] : [replaceBy(String(rounded), span)];
  mistyped(value, `a ${whole ? 'whole number' : 'number'} for ${option} of nms`, arg.value, session, fixes);
  return undefined;
}
