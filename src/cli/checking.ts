/** One file checked as the command line sees it: everything that is wrong with it, its nets, and the files that this rests on. */
import { join } from 'node:path';
import { check, resolve, type Diagnostic, type Host, type NetInfo } from '../compiler/index.ts';
import { InputFailure } from './failure.ts';
import { openProject } from './project.ts';

export interface FileCheck {
  readonly file: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly nets: readonly NetInfo[];
  /** Absolute paths of the project's files that were read, the file itself first; empty where it cannot be read. */
  readonly sources: readonly string[];
}

/** Hosts by the root of their project. A host keeps files parsed, so whoever checks again and again keeps its hosts. */
export type Hosts = Map<string, Host>;

/** Checks a file and what it imports. A file that cannot be read is a diagnostic like any other. */
export function checkFile(file: string, hosts: Hosts = new Map()): FileCheck {
  try {
    const { root, entry, host: fresh, show } = openProject(file);
    const host = hosts.get(root) ?? fresh;
    hosts.set(root, host);
    const resolved = resolve(entry, host);
    const checked = check(resolved.model);
    const diagnostics = [...resolved.diagnostics, ...checked.diagnostics].map(show);
    const own = resolved.model.modules.filter(({ external }) => !external);
    return {
      file,
      diagnostics,
      nets: checked.nets,
      sources: own.map(({ source }) => join(root, source.path)),
    };
  } catch (error) {
    if (!(error instanceof InputFailure)) throw error;
    return { file, diagnostics: error.diagnostics, nets: [], sources: [] };
  }
}
