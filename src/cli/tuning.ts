/** The measured choices that a command works with: the file given, the one beside the source, or none. */
import { existsSync } from 'node:fs';
import type { Picker } from '../compiler/6-plan/index.ts';
import type { Diagnostic } from '../compiler/diagnostics/diagnostic.ts';
import { diagnostic } from '../compiler/diagnostics/registry.ts';
import { readRegular } from '../compiler/regular-file.ts';
import { parseTuning, tunedPicker, type TuningFile } from '../tune/tuning-file.ts';
import { fileReason } from '../weights/bytes.ts';
import { fail } from './failure.ts';

export interface TuningOptions {
  readonly tuning?: string;
}

export const tuningHelp =
  'algorithms measured by cnnc tune; default: the .tune.json beside the source; none: the cost model alone';

export interface Tuning {
  /** Undefined where there is no file. */
  readonly pick: Picker | undefined;
  /** About choices that could not be followed, once plans have been made. */
  readonly notes: () => readonly Diagnostic[];
}

/** `nets/faces.cnn` → `nets/faces.tune.json`. */
export function tuningPath(source: string): string {
  return `${source.replace(/\.cnn$/, '')}.tune.json`;
}

/** Reads the choices for the net in `source`; ends the command where the file is damaged, or was named and is not there. */
export function tuningOf(source: string, { tuning }: TuningOptions): Tuning {
  const path = tuning ?? tuningPath(source);
  if (tuning === 'none' || (tuning === undefined && !existsSync(path)))
    return { pick: undefined, notes: () => [] };
  const { pick, stale } = tunedPicker(readTuning(path));
  return {
    pick,
    notes: () => {
      const layers = stale();
      if (layers.length === 0) return [];
      const span = { source: { path, text: '' }, start: 0, end: 0 };
      const notes = [{ word: 'note', text: layers.join('\n') } as const];
      return [diagnostic('tuning/stale', { count: layers.length, file: path }, span, { notes })];
    },
  };
}

/** The file at `path`; ends the command where it cannot be read. */
export function readTuning(path: string): TuningFile {
  let text: string;
  try {
    text = readRegular(path).toString();
  } catch (error) {
    return fail('file/unreadable', { file: path, reason: fileReason(error) }, path);
  }
  const file = parseTuning(text);
  return 'reason' in file ? fail('tuning/damaged', { file: path, reason: file.reason }, path) : file;
}
