/**
 * Where evaluation is: the values that names have (`Frame`), and under which path and for whom nodes are made (`Site`).
 */
import type { Declaration, Module } from '../2-resolve/model.ts';
import type { Node } from '../ir/graph.ts';
import type { Value } from './value.ts';

/** Values of names, innermost scope first. */
export interface Frame {
  readonly values: Map<Declaration, Value>;
  readonly parent: Frame | undefined;
}

export function childFrame(parent: Frame | undefined): Frame {
  return { values: new Map(), parent };
}

export function valueIn(frame: Frame, declaration: Declaration): Value | undefined {
  for (let f: Frame | undefined = frame; f; f = f.parent) {
    const value = f.values.get(declaration);
    if (value) return value;
  }
  return undefined;
}

/** The place of an evaluation; a new one is made where a path segment is entered or the incoming value changes. */
export interface Site {
  readonly module: Module;
  readonly frame: Frame;
  /** Path of the scope: weights made here are called `path.segment.weight`. */
  readonly path: string;
  /** True inside an instance: weights that exist already are used again. */
  readonly shared: boolean;
  /** What a layer here applies to: in a pipeline, what flows out of the stage before. */
  readonly incoming: Node | undefined;
  /** What `in` is: what flows into the innermost block, branch or braces. Outside of any it is `incoming`. */
  readonly self: Node | undefined;
  /** Blocks entered; bounded. */
  readonly depth: number;
}

/** `site` inside braces: `in` is what flows into them. */
export function bracesOf(site: Site, frame: Frame): Site {
  return { ...site, frame, self: site.incoming };
}

/** `site` one path segment further in. */
export function enter(site: Site, segment: string): Site {
  return { ...site, path: join(site.path, segment) };
}

export function join(path: string, segment: string): string {
  return path === '' ? segment : `${path}.${segment}`;
}
