/** Training data by class: a folder with one folder of pictures per class needs a score per class from the net. */
import type { TrainClause } from '../../1-parse/ast.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import type { Graph } from '../../ir/graph.ts';
import type { Host } from '../../2-resolve/model.ts';
import { dataPaths } from '../../2-resolve/paths.ts';
import type { Session } from '../session.ts';

/** Reports `data = folder("./flowers")` (and `validation`) whose folders are not as many as the classes of any `label` output. */
export function checkDataClasses(clause: TrainClause, graph: Graph, session: Session): void {
  if (clause.kind !== 'setting' || !['data', 'validation'].includes(clause.name.name)) return;
  const { value } = clause;
  const [path] = value.kind === 'call' ? value.args : [];
  if (value.kind !== 'call' || value.callee.kind !== 'name' || value.callee.name !== 'folder') return;
  if (path?.value.kind !== 'string') return;
  const { host } = session.model;
  // Pictures to train with may lie anywhere; those outside the project are counted when they are read.
  const paths = dataPaths(path.value.value, clause.span.source.path);
  const folders = paths === 'outside' ? [] : classFolders(paths[0], host);
  const labels = labelOutputs(graph);
  const [first] = labels;
  if (folders.length === 0 || !first || labels.some(({ classes }) => classes === folders.length)) return;
  session.report(
    diagnostic(
      'train/classes-count',
      { data: path.value.value, found: folders.length, output: first.name, classes: first.classes },
      path.value.span,
      {
        label: shown(folders),
        labels: first.span ? [{ span: first.span, text: `${first.classes} classes` }] : [],
      },
    ),
  );
}

/** Folders in `path` that hold something, in order; files beside them do not count. */
function classFolders(path: string, host: Host): readonly string[] {
  const isFile = /\.(jpe?g|png|webp|avif|gif|bmp|npy|txt|csv|json|md)$/i;
  return [...(host.list?.(path) ?? [])]
    .filter((name) => !name.startsWith('.') && !isFile.test(name))
    .filter((name) => (host.list?.(`${path}/${name}`) ?? []).length > 0)
    .sort();
}

function shown(folders: readonly string[]): string {
  const some = folders.slice(0, 4).join(', ');
  return folders.length > 4 ? `${some}, … (${folders.length})` : some;
}

/** One score decides between two classes. */
function labelOutputs(graph: Graph): readonly {
  readonly name: string;
  readonly classes: number;
  readonly span: Graph['outputs'][number]['nodes'][number]['span'];
}[] {
  return graph.outputs.flatMap(({ name, nodes, output }) => {
    const [node] = nodes;
    if (output.kind !== 'label' || !node) return [];
    const channels = Number(node.type.dims.at(-1));
    const classes = output.classes?.length ?? (channels === 1 ? 2 : channels);
    return [{ name, classes, span: node.span }];
  });
}
