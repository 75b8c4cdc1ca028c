/**
 * `nn.Conv2d(3, 64, 3)`, `F.relu(x)`, `tf.nn.relu`, `self.conv1`: layers of the modules of other frameworks. Here a layer has a name and
 * no module; what PyTorch's layers are told first, the channels that come in, is known from what flows.
 */
import type { CallExpr, Expr, MemberExpr, NameExpr } from '../../1-parse/ast.ts';
import { textOf, type Span } from '../../1-parse/source.ts';
import type { Edit } from '../../diagnostics/diagnostic.ts';
import { listedSpan } from '../../diagnostics/fixes.ts';
import { nearest } from '../../diagnostics/nearest.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { fold, foreignConstant, foreignLayer, foreignOption } from './foreign.ts';
import { isDeclared, type Place, type Scope } from '../names.ts';
import { constantFunctions, operatorNames, paramsCalled } from '../vocabulary.ts';

const modules =
  /^(?:torch|torchvision|nn|F|functional|tf|tensorflow|keras|layers|K|np|numpy|math|Math|jnp|jax|lax|flax|paddle|mx|gluon|chainer|caffe|tfl|self|this)$/;

/** Layers that are told their incoming channels before their own. */
const toldIncoming = /^(?:(?:Lazy)?Conv(?:Transpose)?[123]d|Linear|Bilinear)$/;
/** Layers that are told their incoming channels alone. */
const onlyIncoming = /^(?:Batch|Instance)Norm[123]d$/;

/** Reports a call of a framework's layer, with its module or with its arguments; false for every other call. */
export function reportFrameworkCall(call: CallExpr, scope: Scope, place: Place): boolean {
  return call.callee.kind === 'member'
    ? reportFramework(call.callee, call, scope, place)
    : reportTorchLayer(call, scope, place);
}

/** Reports a member of a framework's module, called or not; false for every other member. */
export function reportFramework(
  expr: MemberExpr,
  call: CallExpr | undefined,
  scope: Scope,
  place: Place,
): boolean {
  const root = rootOf(expr);
  if (!root || !modules.test(root.name) || mayBeDeclared(root.name, scope, place)) return false;
  const { name } = expr.member;
  const span = { ...expr.span, start: root.span.start };
  const ours = oursFor(name, root, scope, place);
  const incoming = withoutIncoming(name, call);
  const dropped = withoutMeaningless(call, place);
  const edits =
    ours === undefined ? [] : [{ span, text: ours }, ...incoming, ...renamedOptions(ours, call), ...dropped];
  const title = incoming.length > 0 ? `${ours}, without the channels that come in` : (ours ?? '');
  const why = /^(?:self|this)$/.test(root.name)
    ? 'the values of a net have names of their own'
    : foreignConstant(name) === undefined
      ? 'layers have names of their own, without a module before them'
      : 'numbers have no module before them';
  place.names.report(
    diagnostic('names/unknown-layer', { name: textOf(span) }, span, {
      label: ours === undefined ? undefined : `did you mean ${ours}?`,
      notes: [{ word: 'note', text: why }],
      fixes: edits.length > 0 ? [{ title, edits }] : [],
    }),
  );
  return true;
}

/**
 * Reports `Conv2d(3, 64, 3)` and `Linear(8, 3)` without a module before them, where the arguments tell the incoming channels: under our
 * name they would mean something else. False for all other calls.
 */
function reportTorchLayer(call: CallExpr, scope: Scope, place: Place): boolean {
  const { callee } = call;
  if (callee.kind !== 'name' || mayBeDeclared(callee.name, scope, place)) return false;
  const ours = foreignLayer(callee.name);
  const edits = tellsIncoming(callee.name, call) ? withoutIncoming(callee.name, call) : [];
  if (ours === undefined || edits.length === 0) return false;
  const text = `what other frameworks call ${callee.name} is ${ours} here, which is not told the channels that come in`;
  place.names.report(
    diagnostic('names/unknown-layer', { name: callee.name }, callee.span, {
      label: `did you mean ${ours}?`,
      notes: [{ word: 'note', text }],
      fixes: [
        {
          title: `${ours}, without the channels that come in`,
          edits: [{ span: callee.span, text: ours }, ...edits, ...renamedOptions(ours, call)],
        },
      ],
    }),
  );
  return true;
}

/** Whether a call says what comes in: `Conv2d(64, 3)` may as well be 64 filters of 3x3. */
function tellsIncoming(name: string, { args }: CallExpr): boolean {
  const byPlace = args.filter((arg) => !arg.name).length;
  if (!/^(?:Lazy)?Conv/.test(name)) return true;
  return (
    byPlace >= 3 || (byPlace === 2 && args.some((arg) => arg.name && fold(arg.name.name) === 'kernelsize'))
  );
}

function rootOf({ object }: MemberExpr): NameExpr | undefined {
  let at: Expr = object;
  while (at.kind === 'member') at = at.object;
  return at.kind === 'name' ? at : undefined;
}

/** Also further down, or perhaps in a net that was not found. */
function mayBeDeclared(name: string, scope: Scope, place: Place): boolean {
  if (isDeclared(name, scope, place)) return true;
  for (let s: Scope | undefined = scope; s; s = s.parent)
    if (s.later.has(name) || s.extendsUnknown) return true;
  return false;
}

function oursFor(name: string, { name: module }: NameExpr, scope: Scope, place: Place): string | undefined {
  if (/^(?:self|this)$/.test(module)) return mayBeDeclared(name, scope, place) ? name : undefined;
  const foreign = foreignLayer(name);
  if (foreign !== undefined) return foreign;
  const constant = foreignConstant(name);
  if (constant !== undefined) return constant;
  const known = [...operatorNames, ...constantFunctions];
  return known.find((one) => fold(one) === fold(name)) ?? nearest(fold(name), known);
}

/** Takes out what only PyTorch's layers have to be told. */
function withoutIncoming(name: string, call: CallExpr | undefined): readonly Edit[] {
  const [first, second] = call?.args ?? [];
  if (!call || !first || first.name) return [];
  if (onlyIncoming.test(name))
    return [{ span: inside(call, first.span.start, second?.span.start), text: '' }];
  if (!toldIncoming.test(name) || !second) return [];
  return [{ span: { ...first.span, end: second.span.start }, text: '' }];
}

/** What says where and how frameworks compute, and nothing about a network. */
const meaningless = /^(?:inplace|device|dtype|name|data_format|input_shape|trainable)$/;

/** Leaves out the options of such names; nothing in them is looked at. */
function withoutMeaningless(call: CallExpr | undefined, { names }: Place): readonly Edit[] {
  const args = call?.args ?? [];
  return args.flatMap((arg, i) => {
    if (!arg.name || !meaningless.test(arg.name.name)) return [];
    names.unknownOptions.add(arg);
    const spans = args.map(({ span }) => span);
    return [{ span: listedSpan(spans, i), text: '' }];
  });
}

/** Options by the names that they have here. */
function renamedOptions(ours: string, call: CallExpr | undefined): readonly Edit[] {
  const options = paramsCalled(ours).map(({ name }) => name);
  return (call?.args ?? []).flatMap(({ name }) => {
    const option = name && !options.includes(name.name) ? foreignOption(name.name, options) : undefined;
    return name && option !== undefined ? [{ span: name.span, text: option }] : [];
  });
}

function inside({ span }: CallExpr, start: number, end: number | undefined): Span {
  return { ...span, start, end: end ?? span.end - 1 };
}
