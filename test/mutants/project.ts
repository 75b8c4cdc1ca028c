/** The project's files with some of them edited, as an editor sees them. */
import {
  check,
  nodeHost,
  resolve,
  type Diagnostic,
  type Host,
  type NetInfo,
  type Source,
} from '../../src/compiler/index.ts';
import type { Model } from '../../src/compiler/2-resolve/model.ts';
import { withoutConsequences } from '../../src/compiler/diagnostics/consequences.ts';
import { root } from './corpus.ts';

export interface Checked {
  readonly model: Model;
  readonly diagnostics: readonly Diagnostic[];
  readonly nets: readonly NetInfo[];
}

/** Files of the disk, each read once. */
const disk = nodeHost(root);
const texts = new Map<string, string | undefined>();

function readOnce(path: string): string | undefined {
  if (!texts.has(path)) texts.set(path, disk.read(path));
  return texts.get(path);
}

/** A host of which files can be edited while it is used. */
export function editableHost(): {
  readonly host: Host;
  readonly edit: (path: string, text: string | undefined) => void;
} {
  const edited = new Map<string, string>();
  return {
    host: { list: (folder) => disk.list?.(folder) ?? [], read: (path) => edited.get(path) ?? readOnce(path) },
    edit: (path, text) => {
      if (text === undefined) edited.delete(path);
      else edited.set(path, text);
    },
  };
}

/** What a check that remembers nothing says: every block is evaluated wherever it stands. */
export function freshCheck(source: Source, host: Host): Checked {
  const resolved = resolve(source, host);
  const { diagnostics, nets } = check(resolved.model, {
    memo: { blocks: 'none', outcome: (_of, _net, compute) => compute() },
  });
  return {
    model: resolved.model,
    diagnostics: withoutConsequences([...resolved.diagnostics, ...diagnostics]),
    nets,
  };
}
