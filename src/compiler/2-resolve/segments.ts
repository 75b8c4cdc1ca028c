/**
 * Path names: under which name each written layer, block or branch owns its weights inside its scope. They follow from the
 * text alone, never from the values of parameters, so that a saved file keeps fitting when a number changes. In one scope two
 * uses of the same name are numbered from 1; a lone one is not. Named values, labelled branches, `repeat`, `each` and merges
 * with an `as` are scopes of their own.
 */
import type { Body, Branch, Expr, Ident, IfExpr, Stage, Statement } from '../1-parse/ast.ts';
import { unreachable } from '../diagnostics/internal.ts';
import type { OpenModule } from './modules.ts';

export type Segments = Map<Expr | Ident, string>;

/** One scope while it is read: names that the user fixed, and uses to number. */
interface Region {
  readonly fixed: Set<string>;
  readonly uses: { readonly key: Expr | Ident; readonly name: string }[];
}

/** Adds the segments of everything in a file. */
export function addSegments(module: OpenModule, segments: Segments): void {
  for (const item of module.file.items) {
    if (item.kind === 'block') inRegion(segments, (r) => ofPart(item.body, r, segments));
    if (item.kind === 'net' && item.body) inRegion(segments, (r) => ofPart(item.body as Body, r, segments));
    if (item.kind === 'net' && item.base) inRegion(segments, (r) => ofExpr(item.base as Expr, r, segments));
    if (item.kind === 'let') inRegion(segments, (r) => ofExpr(item.value, r, segments));
  }
}

function inRegion(segments: Segments, fill: (region: Region) => void): void {
  const region: Region = { fixed: new Set(), uses: [] };
  fill(region);
  const counts = new Map<string, number>();
  for (const { name } of region.uses) counts.set(name, (counts.get(name) ?? 0) + 1);
  const next = new Map<string, number>();
  for (const { key, name } of region.uses) {
    if (counts.get(name) === 1 && !region.fixed.has(name)) {
      segments.set(key, name);
      continue;
    }
    let n = (next.get(name) ?? 0) + 1;
    while (region.fixed.has(`${name}${n}`) || counts.has(`${name}${n}`)) n++;
    next.set(name, n);
    segments.set(key, `${name}${n}`);
  }
}

function ofPart(part: Body | Expr, region: Region, segments: Segments): void {
  if (part.kind === 'body') part.statements.forEach((s) => ofStatement(s, region, segments));
  else ofExpr(part, region, segments);
}

function ofStatement(statement: Statement, region: Region, segments: Segments): void {
  switch (statement.kind) {
    case 'assign':
    case 'let':
    case 'replace':
      region.fixed.add(statement.name.name);
      return inRegion(segments, (inner) => ofExpr(statement.value, inner, segments));
    case 'expr':
      return ofExpr(statement.value, region, segments);
    case 'out':
      return ofOut(statement, region, segments);
    case 'in':
      region.fixed.add(statement.name.name);
      return;
    case 'assert':
    case 'budget':
    case 'broken':
      return;
    default:
      return unreachable(statement);
  }
}

/** An unnamed `out` is the result of a block; a named one is a scope for what its expression computes. */
function ofOut(
  { name, value, detect }: Extract<Statement, { kind: 'out' }>,
  region: Region,
  segments: Segments,
): void {
  if (!name) return ofExpr(value, region, segments);
  region.fixed.add(name.name);
  inRegion(segments, (inner) => {
    ofExpr(value, inner, segments);
    for (const branch of detect?.branches ?? []) ofExpr(branch.value, inner, segments);
  });
}

function ofAll(exprs: readonly Expr[], region: Region, segments: Segments): void {
  for (let i = 0; i < exprs.length; i++) ofExpr(exprs[i] as Expr, region, segments);
}

function ofExpr(expr: Expr, region: Region, segments: Segments): void {
  switch (expr.kind) {
    case 'number':
    case 'size':
    case 'string':
    case 'bool':
    case 'broken-expr':
    case 'pattern':
    case 'member':
    case 'range':
      return;
    case 'name':
      region.uses.push({ key: expr, name: lowerCamel(expr.name) });
      return;
    case 'list':
    case 'tuple':
      return ofAll(expr.items, region, segments);
    case 'unary':
      return ofExpr(expr.operand, region, segments);
    case 'binary':
      return ofAll([expr.left, expr.right], region, segments);
    case 'index':
      region.uses.push({ key: expr, name: nameOf(expr) });
      return;
    case 'call':
      region.uses.push({ key: expr, name: nameOf(expr.callee) });
      for (const { value } of expr.args) if (value.kind !== 'name') ofExpr(value, region, segments);
      return;
    case 'pipeline':
      for (const stage of expr.stages) ofStage(stage, region, segments);
      return;
    case 'merge':
      return expr.branches.forEach((branch) => ofBranch(branch, region, segments));
    case 'if':
      return ofIf(expr, region, segments);
    case 'repeat':
      return ofLoop(expr, 'repeat', region, segments);
    case 'each':
      return ofLoop(expr, expr.label?.name ?? 'each', region, segments);
    default:
      return unreachable(expr);
  }
}

/** `as squeeze` takes the place of the layer's own name; on a merge it names a scope for the branches. */
function ofStage({ expr, as }: Stage, region: Region, segments: Segments): void {
  if (!as) return ofExpr(expr, region, segments);
  if (expr.kind === 'repeat') return ofLoop(expr, as.name, region, segments);
  if (expr.kind === 'each') return ofLoop(expr, expr.label?.name ?? as.name, region, segments);
  region.fixed.add(as.name);
  segments.set(expr, as.name);
  inRegion(segments, (inner) => {
    ofExpr(expr, inner, segments);
    // The expression's own use is named by `as`; what it contains is numbered inside.
    const own = inner.uses.findIndex((use) => use.key === expr);
    if (own !== -1) inner.uses.splice(own, 1);
  });
}

function ofBranch({ label, value }: Branch, region: Region, segments: Segments): void {
  if (!label) return ofExpr(value, region, segments);
  region.uses.push({ key: label, name: label.name });
  inRegion(segments, (inner) => ofExpr(value, inner, segments));
}

function ofIf(expr: IfExpr, region: Region, segments: Segments): void {
  ofPart(expr.then, region, segments);
  if (expr.else) ofPart(expr.else, region, segments);
}

function ofLoop(
  expr: Extract<Expr, { kind: 'repeat' | 'each' }>,
  name: string,
  region: Region,
  segments: Segments,
): void {
  region.uses.push({ key: expr, name });
  inRegion(segments, (inner) => ofPart(expr.body, inner, segments));
}

function nameOf(callee: Expr): string {
  if (callee.kind === 'name') return lowerCamel(callee.name);
  if (callee.kind === 'member') return lowerCamel(callee.member.name);
  return callee.kind === 'index' || callee.kind === 'call'
    ? nameOf(callee.kind === 'index' ? callee.object : callee.callee)
    : 'block';
}

/** `ConvBN` → `convBN`, `BN` → `bn`, `SEBlock` → `seBlock`, `VGG16` → `vgg16`. */
export function lowerCamel(name: string): string {
  const run = /^[A-Z]+/.exec(name)?.[0] ?? '';
  const keep = run.length > 1 && /^[a-z]/.test(name.slice(run.length)) ? run.length - 1 : run.length;
  return name.slice(0, keep).toLowerCase() + name.slice(keep);
}
