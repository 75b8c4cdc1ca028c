/** Files of weights that are declared and not there: told where the text is checked, not first where a command wants the numbers. */
import type { WeightsItem } from '../../1-parse/ast.ts';
import type { Declaration, Host } from '../../2-resolve/model.ts';
import { dataPaths } from '../../2-resolve/paths.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { maxSuggestions, nearest } from '../../diagnostics/nearest.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import type { Session } from '../session.ts';

/** Reports what a host that knows its files does not find. Of a net's declarations the first counts. What a file holds is not read. */
export function checkWeightsFiles(items: readonly WeightsItem[], session: Session): void {
  const { bindings, host } = session.model;
  if (!host.exists) return;
  const seen = new Set<Declaration>();
  let missing = 0;
  for (const item of items) {
    const net = bindings.get(item.net);
    if (!net || seen.size === seen.add(net).size) continue;
    const { value, span } = item.from;
    const paths = dataPaths(value, span.source.path);
    if (paths === 'outside' || paths.some((path) => host.exists?.(path))) continue;
    const near = missing++ < maxSuggestions ? nearFile(value, paths[0], host) : undefined;
    session.report(
      diagnostic('weights/missing', { file: value, net: item.net.name }, span, {
        label: near === undefined ? undefined : `did you mean "${near}"?`,
        fixes: near === undefined ? [] : [replaceBy(`"${near}"`, span)],
      }),
    );
  }
}

/** As it was written, by the name that a file of the same folder has. */
function nearFile(written: string, path: string, host: Host): string | undefined {
  const at = path.lastIndexOf('/');
  const name = path.slice(at + 1);
  const names = host.list?.(path.slice(0, Math.max(0, at))) ?? [];
  const near = nearest(
    name,
    names.filter((each) => each.endsWith('.safetensors')),
  );
  return near === undefined || !written.endsWith(name) ? undefined : written.slice(0, -name.length) + near;
}
