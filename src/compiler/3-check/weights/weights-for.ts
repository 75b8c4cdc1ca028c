/**
 * Which file of weights a net is declared with. `weights N from "…"` stands in the file that is compiled or in N's own; a net that
 * only stands for another (`net A = B`, `net A = convolutional(B, 64x64)`) has the other's, as it has the other's paths.
 */
import type { WeightsItem } from '../../1-parse/ast.ts';
import type { Span } from '../../1-parse/source.ts';
import type { Model, Module, NetDeclaration } from '../../2-resolve/model.ts';
import { netSource } from '../../2-resolve/net-source.ts';
import { dataPaths } from '../../2-resolve/paths.ts';

/** A renamed weight: `moved stem.conv -> stem.conv7`. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

/** `weights Flowers from "./resnet18.safetensors" layout torch except logits.**`, and the renames beside it. */
export interface WeightsDeclaration {
  /** Project-relative, in order of preference: beside the file, or in a package. Empty where it leads out of the project. */
  readonly paths: readonly string[];
  readonly layout: string | undefined;
  readonly except: readonly string[];
  readonly moved: readonly Move[];
  readonly span: Span;
}

/** Undefined where no file is declared for the net called `net`. */
export function weightsFor(model: Model, net: string): WeightsDeclaration | undefined {
  const declared = model.entry.names.get(net);
  return declared?.kind === 'net' ? declaredFor(declared, model, new Set()) : undefined;
}

function declaredFor(
  net: NetDeclaration,
  model: Model,
  seen: Set<NetDeclaration>,
): WeightsDeclaration | undefined {
  for (const module of new Set([model.entry, net.module])) {
    const item = module.file.items.find((i) => i.kind === 'weights' && model.bindings.get(i.net) === net);
    if (item?.kind === 'weights') return declaration(item, module);
  }
  seen.add(net);
  const same = standsFor(net, model);
  return same && !seen.has(same) ? declaredFor(same, model, seen) : undefined;
}

/** The net that has the same weights by the same names. Arguments may change them. */
function standsFor({ item }: NetDeclaration, model: Model): NetDeclaration | undefined {
  const source = item.alias && netSource(item)?.net;
  const found = source && model.bindings.get(source);
  return found?.kind === 'net' ? found : undefined;
}

function declaration(item: WeightsItem, module: Module): WeightsDeclaration {
  const paths = dataPaths(item.from.value, module.source.path);
  return {
    paths: paths === 'outside' ? [] : paths,
    layout: item.layout?.name,
    except: item.except.map((pattern) => pattern.text),
    moved: movesIn(module),
    span: item.span,
  };
}

/** Renames of weights that the compiled file notes. */
export function movesOf(model: Model): readonly Move[] {
  return movesIn(model.entry);
}

function movesIn({ file }: Module): readonly Move[] {
  return file.items.flatMap((item) =>
    item.kind === 'moved' ? [{ from: item.from.text, to: item.to.text }] : [],
  );
}
