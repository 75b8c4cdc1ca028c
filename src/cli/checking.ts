/** One file checked as the command line sees it: everything that is wrong with it, its nets, and the files that this rests on. */
import { join } from 'node:path';
import type { Host } from '../compiler/2-resolve/index.ts';
import { needsPlan, type NetInfo } from '../compiler/3-check/index.ts';
import type { Diagnostic } from '../compiler/diagnostics/diagnostic.ts';
import { createChecker, type Checker } from '../compiler/incremental.ts';
import { InputFailure } from './failure.ts';
import { openProject } from './project.ts';

export interface FileCheck {
  readonly file: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly nets: readonly NetInfo[];
  /**
   * Absolute paths of the project's files that were read or looked for (imports, names of classes), the file itself first; empty
   * where it cannot be read.
   */
  readonly sources: readonly string[];
}

/** What whoever checks again and again keeps: hosts, by the root of their project, and checkers, by file. */
export interface Memory {
  readonly hosts: Map<string, Host>;
  readonly checkers: Map<string, RecordingChecker>;
}

/** A checker, and what it has read since that was last cleared, by paths inside the project. */
interface RecordingChecker {
  readonly checker: Checker;
  readonly read: Set<string>;
}

export const newMemory = (): Memory => ({ hosts: new Map(), checkers: new Map() });

/**
 * Checks a file and what it imports. A file that cannot be read is a diagnostic like any other. The planner is loaded only where a
 * budget asks for it.
 */
export async function checkFile(file: string, memory: Memory = newMemory()): Promise<FileCheck> {
  try {
    const { root, entry, host: fresh, show } = openProject(file);
    const host = memory.hosts.get(root) ?? fresh;
    memory.hosts.set(root, host);
    const recording = memory.checkers.get(file) ?? recordingChecker(host);
    memory.checkers.set(file, recording);
    recording.read.clear();
    const checked = recording.checker.check(entry);
    const { model, nets } = checked;
    const planned = needsPlan(model) ? await import('../compiler/planned-budgets.ts') : undefined;
    const overBudget = planned?.checkPlannedBudgets(model, nets) ?? [];
    const diagnostics = [...checked.diagnostics, ...overBudget].map(show);
    const own = [entry.path, ...recording.read].filter((path) => !/^(std|node_modules)\//.test(path));
    return { file, diagnostics, nets, sources: [...new Set(own)].map((path) => join(root, path)) };
  } catch (error) {
    if (!(error instanceof InputFailure)) throw error;
    return { file, diagnostics: error.diagnostics, nets: [], sources: [] };
  }
}

function recordingChecker(host: Host): RecordingChecker {
  const read = new Set<string>();
  const recorded: Host = {
    ...host,
    read: (path) => {
      read.add(path);
      return host.read(path);
    },
    exists: (path) => {
      read.add(path);
      return host.exists?.(path) === true;
    },
  };
  return { checker: createChecker(recorded), read };
}
