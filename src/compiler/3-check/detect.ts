/**
 * `detect(classes = […]) { branch head anchors [(w, h), …]  nms { … } }`: YOLO-style heads. Each anchor of a head predicts
 * x, y, w, h, objectness and, with more than one class, a score per class (Redmon & Farhadi, arXiv:1612.08242).
 */
import type { Arg, CallExpr, DetectBody, Expr, OutStatement } from '../1-parse/ast.ts';
import { unknownOption } from '../2-resolve/options.ts';
import { counted } from '../diagnostics/count.ts';
import { nearest } from '../diagnostics/nearest.ts';
import { fixesBy, replaceBy } from '../diagnostics/fixes.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { Node, OutputKind } from '../ir/graph.ts';
import { showType } from '../ir/type.ts';
import type { Bounds } from '../ops/op.ts';
import { withinBounds } from './bounds.ts';
import { classNames } from './classes.ts';
import { argument, mistyped } from './evaluate.ts';
import type { Site } from './frame.ts';
import { nodeOf, type FinishedOutput } from './outputs.ts';
import type { Session } from './session.ts';

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
  if (branches.length === 0) session.report(diagnostic('detect/no-branch', {}, call.span));
  if (!classes || branches.length === 0) return undefined;
  const heads = branches.map((branch) => detectHead(branch, classes, site, session));
  const nms = nmsOptions(statement.detect?.nms ?? [], site, session);
  if (!nms || heads.some((head) => head === undefined)) return undefined;
  const found = heads.filter((head) => head !== undefined);
  return {
    nodes: found.map((head) => head.node),
    output: { kind: 'detect', classes, branches: found.map(({ anchors }) => ({ anchors })), nms },
  };
}

function detectClasses(
  statement: OutStatement,
  call: CallExpr,
  site: Site,
  session: Session,
): readonly string[] | undefined {
  const arg = call.args.find(({ name }) => ['of', 'classes'].includes(name?.name ?? 'of'));
  const of = statement.of ?? arg?.value;
  if (!of) {
    session.report(diagnostic('value/missing-argument', { what: 'detect', option: 'classes' }, call.span));
    return undefined;
  }
  const value =
    of.kind === 'name' && !session.model.bindings.has(of) ? undefined : argument(of, site, session);
  // `detect(classes = 80)` and known lists give a number of classes without names.
  if (value?.kind === 'number' && Number.isInteger(value.value)) {
    const bounded = { numbers: [value.value], option: 'classes', what: 'detect', span: of.span };
    if (!withinBounds(bounded, { min: 1, max: mostClasses }, session)) return undefined;
  }
  if (value?.kind === 'number' && Number.isInteger(value.value))
    return Array.from({ length: value.value }, (_, i) => `class ${i}`);
  const names = classNames({ ...statement, of }, { channels: NaN, made: undefined }, site, session);
  return names?.classes ?? (names ? [] : undefined);
}

/** More than any list of classes has, and few enough to be counted out. */
const mostClasses = 100_000;

interface Head {
  readonly node: Node;
  readonly anchors: Detect['branches'][number]['anchors'];
}

function detectHead(
  branch: Branch,
  classes: readonly string[],
  site: Site,
  session: Session,
): Head | undefined {
  const node = nodeOf(branch.value, site, session);
  const anchors = branch.anchors ? anchorsOf(branch.anchors, site, session) : [];
  if (!node || !anchors) return undefined;
  if (node.type.axes.length !== 3) {
    session.report(diagnostic('detect/not-a-map', { shape: showType(node.type) }, branch.value.span));
    return undefined;
  }
  const perAnchor = 5 + (classes.length > 1 ? classes.length : 0);
  // A head without anchors predicts one box per cell.
  const count = Math.max(1, anchors.length);
  const needs = count * perAnchor;
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
      fixes: [{ title: `end the head with conv(${needs}, 1)`, edits: [] }],
    }),
  );
  return undefined;
}

function anchorsOf(expr: Expr, site: Site, session: Session): Head['anchors'] | undefined {
  const value = argument(expr, site, session);
  const pairs =
    value.kind === 'list'
      ? value.items.map((item) => {
          const pair = item.kind === 'tuple' || item.kind === 'list' ? item.items : [];
          const [w, h] = pair;
          return pair.length === 2 && w?.kind === 'number' && h?.kind === 'number'
            ? ([w.value, h.value] as const)
            : undefined;
        })
      : [];
  const complete = pairs.filter((pair) => pair !== undefined);
  const bounded = { numbers: complete.flat(), option: 'a side', what: 'an anchor', span: expr.span };
  if (complete.length > 0 && complete.length === pairs.length)
    return withinBounds(bounded, { above: 0 }, session) ? complete : undefined;
  mistyped(value, 'anchors: a list of (width, height) in cells', expr, session);
  return undefined;
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

/** `with stride = 8` says how many pixels a cell has, and has to be true; there is no other option. */
function strideWritten(cell: number, { options }: Branch, site: Site, session: Session): boolean {
  for (const arg of options) {
    if (arg.name?.name !== 'stride') {
      session.report(unknownOption(arg, ['stride'], 'branch'));
      return false;
    }
    const value = argument(arg.value, site, session);
    if (value.kind !== 'number') {
      mistyped(value, 'the pixels of a cell', arg.value, session);
      return false;
    }
    if (value.value === cell) continue;
    const fixes = [replaceBy(String(cell), arg.value.span)];
    session.report(diagnostic('detect/cell-size', { written: value.value, cell }, arg.value.span, { fixes }));
    return false;
  }
  return true;
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

function nmsOptions(args: readonly Arg[], site: Site, session: Session): Detect['nms'] | undefined {
  const nms: Record<string, number> = { ...nmsDefaults };
  let fine = true;
  for (const arg of args) {
    const name = arg.name?.name ?? '';
    const value = argument(arg.value, site, session);
    if (value.kind === 'number' && Object.hasOwn(nmsBounds, name)) {
      const bounded = { numbers: [value.value], option: name, what: 'nms', span: arg.value.span };
      fine = withinBounds(bounded, nmsBounds[name] ?? {}, session) && fine;
      nms[name] = value.value;
      continue;
    }
    fine = false;
    if (Object.hasOwn(nmsBounds, name)) mistyped(value, 'a number', arg.value, session);
    else reportNms(arg, name, session);
  }
  return fine ? (nms as unknown as Detect['nms']) : undefined;
}

function reportNms(arg: Arg, name: string, session: Session): void {
  const known = Object.keys(nmsDefaults);
  const near = nearest(name, known);
  const span = arg.name?.span ?? arg.span;
  session.report(
    diagnostic('names/unknown-option', { what: 'nms', option: name }, span, {
      notes: [{ word: 'note', text: `nms has ${known.join(', ')}` }],
      fixes: fixesBy(near, span),
    }),
  );
}
