/**
 * Notes what the evaluation of a block makes, and whether it touched anything that its key does not hold. Recordings lie inside
 * each other as blocks do; what spoils one spoils those around it.
 */
import type { Declaration } from '../../2-resolve/model.ts';
import type { Node } from '../../ir/graph.ts';
import type { Session } from '../session.ts';
import { idOf } from './signatures.ts';

/** A node, with the path under which the session knows it. */
export interface Made {
  readonly node: Node;
  readonly path: string;
  readonly role: 'layer' | 'weight' | 'constant';
}

export interface Recording {
  readonly around: Recording | undefined;
  /** What the outermost recording has come to, in order; this one's begins at `from`. */
  readonly made: Made[];
  readonly from: number;
  /** Ids of the declarations that were entered: those that the key covers. */
  readonly entered: Set<string>;
  /** The session's counts at the beginning. */
  readonly before: { readonly steps: number; readonly nodes: number };
  /** The deepest nesting of expressions and of blocks that was reached. */
  level: number;
  depth: number;
  spoilt: boolean;
}

export function begin(declaration: Declaration, depth: number, session: Session): Recording {
  const { recording: around, steps, nodes, level } = session;
  const entered = new Set([idOf(declaration)]);
  const made = around ? around.made : [];
  const before = { steps, nodes };
  const recording = { around, made, from: made.length, entered, before, level, depth, spoilt: false };
  session.recording = recording;
  return recording;
}

/** Ends the innermost recording; what it noted belongs to the one around it too. */
export function end(recording: Recording, session: Session): void {
  const { around } = recording;
  session.recording = around;
  if (!around) return;
  around.spoilt ||= recording.spoilt;
  around.level = Math.max(around.level, recording.level);
  around.depth = Math.max(around.depth, recording.depth);
  if (around.spoilt) return;
  for (const id of recording.entered) around.entered.add(id);
}

/** Notes a node in the innermost recording. */
export function note(session: Session, node: Node, path: string, role: Made['role']): void {
  session.recording?.made.push({ node, path, role });
}

/** What is being evaluated depends on, or has told, more than a template can hold: it is evaluated each time. */
export function spoil(session: Session): void {
  if (session.recording) session.recording.spoilt = true;
}
