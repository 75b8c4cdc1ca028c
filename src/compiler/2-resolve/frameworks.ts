/**
 * `nn.Conv2d(3, 64, 3)`, `F.relu(x)`, `tf.nn.relu`, `self.conv1`: layers of the modules of other frameworks. Here a layer has a name and
 * no module; what PyTorch's layers are told first, the channels that come in, is known from what flows.
 */
import type { CallExpr, Expr, MemberExpr, NameExpr } from '../1-parse/ast.ts';
import { textOf, type Span } from '../1-parse/source.ts';
import type { Edit } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/nearest.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { fold, foreignLayer } from './foreign.ts';
import { lookup, type Place, type Scope } from './names.ts';
import { operatorNames } from './vocabulary.ts';

const modules =
  /^(?:torch|torchvision|nn|F|functional|tf|tensorflow|keras|layers|K|np|numpy|math|Math|jnp|jax|lax|flax|paddle|mx|gluon|chainer|caffe|tfl|self|this)$/;

/** Layers that are told their incoming channels before their own. */
const toldIncoming = /^(?:(?:Lazy)?Conv(?:Transpose)?[123]d|Linear|Bilinear)$/;
/** Layers that are told their incoming channels alone. */
const onlyIncoming = /^(?:Batch|Instance)Norm[123]d$/;

/** Reports a member of a framework's module, called or not; false for every other member. */
export function reportFramework(
  expr: MemberExpr,
  call: CallExpr | undefined,
  scope: Scope,
  place: Place,
): boolean {
  const root = rootOf(expr);
  if (!root || !modules.test(root.name) || isDeclared(root, scope, place)) return false;
  const { name } = expr.member;
  const span = { ...expr.span, start: root.span.start };
  const ours = oursFor(name, root, scope, place);
  const edits = ours === undefined ? [] : [{ span, text: ours }, ...withoutIncoming(name, call)];
  const title = edits.length > 1 ? `${ours}, without the channels that come in` : (ours ?? '');
  const why = /^(?:self|this)$/.test(root.name)
    ? 'the values of a net have names of their own'
    : 'layers have names of their own, without a module before them';
  place.names.report(
    diagnostic('names/unknown-layer', { name: textOf(span) }, span, {
      label: ours === undefined ? undefined : `did you mean ${ours}?`,
      notes: [{ word: 'note', text: why }],
      fixes: edits.length > 0 ? [{ title, edits }] : [],
    }),
  );
  return true;
}

function rootOf({ object }: MemberExpr): NameExpr | undefined {
  let at: Expr = object;
  while (at.kind === 'member') at = at.object;
  return at.kind === 'name' ? at : undefined;
}

function isDeclared({ name }: NameExpr, scope: Scope, { module }: Place): boolean {
  if (lookup(name, scope) || module.names.has(name) || module.broken.has(name)) return true;
  for (let s: Scope | undefined = scope; s; s = s.parent)
    if (s.later.has(name) || s.extendsUnknown) return true;
  return false;
}

function oursFor(name: string, { name: module }: NameExpr, scope: Scope, place: Place): string | undefined {
  if (/^(?:self|this)$/.test(module))
    return isDeclared({ name } as NameExpr, scope, place) ? name : undefined;
  const foreign = foreignLayer(name);
  if (foreign !== undefined) return foreign;
  const known = [...operatorNames];
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

function inside({ span }: CallExpr, start: number, end: number | undefined): Span {
  return { ...span, start, end: end ?? span.end - 1 };
}
