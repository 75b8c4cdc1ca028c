/** Which layer made the channels of a value, and the number that is written for them: where a wrong number of channels is mended. */
import { textOf, type Span } from '../../1-parse/source.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import type { Node } from '../../ir/graph.ts';
import { allOps } from '../../ops/index.ts';

/** Operators with an option that says how many channels they make. */
const makers: ReadonlySet<string> = new Set(
  allOps.flatMap(({ name, params }) =>
    params.some((param) => param.name === 'channels' || param.name === 'units') ? [name] : [],
  ),
);

/** The layer that gave `node` its channels; `node` itself where several values meet, or none is known. */
export function channelMaker(node: Node): Node {
  let at = node;
  while (!makers.has(at.op)) {
    const [before, ...others] = at.inputs.filter(({ op }) => op !== 'param' && op !== 'const');
    if (!before || others.length > 0 || before.type.dims.at(-1) !== at.type.dims.at(-1)) return node;
    at = before;
  }
  return at;
}

/** `dense(10)`: puts `needed` in the place of the 10; none where it is no number that stands there, or another layer's (`div(2)`). */
export function channelsFix(node: Node, needed: number): readonly Fix[] {
  const { op, span } = channelMaker(node);
  const found = span && makers.has(op) ? writtenNumber(span) : undefined;
  if (!span || !found) return [];
  const { source, start, end } = found;
  const after = source.text.slice(end, span.end);
  const title = `${source.text.slice(span.start, start)}${needed}${after}`.replace(/\s+/g, ' ');
  return [{ title, edits: [{ span: found, text: String(needed) }] }];
}

/** The number of channels in the text of a call, by its place or by its name. */
function writtenNumber(call: Span): Span | undefined {
  const text = textOf(call);
  const match =
    /^\w+\(\s*(?:(?:channels|units)\s*=\s*)?(\d[\d_]*)\s*[,)]/d.exec(text) ??
    /\b(?:channels|units)\s*=\s*(\d[\d_]*)\s*[,)]/d.exec(text);
  const [start, end] = match?.indices?.[1] ?? [];
  if (start === undefined || end === undefined) return undefined;
  return { source: call.source, start: call.start + start, end: call.start + end };
}
