/**
 * Blocks that were applied before to values of the same types with the same arguments are not evaluated again: what they made is
 * stamped out at the new place (ResNet-152 has fifty blocks, and five different ones). Templates are kept from check to check,
 * so that an edit costs what it changes. The key of a template (keys.ts) is all that an evaluation reads; whatever else one
 * does (reports something, asks for another net, reaches an instance from outside) makes it unfit to be kept (`spoil`).
 */
import type { Span } from '../../1-parse/source.ts';
import type { Model } from '../../2-resolve/model.ts';
import type { TensorType } from '../../ir/type.ts';
import type { Site } from '../frame.ts';
import { limits, type Session } from '../session.ts';
import { tensorOf, type Callable, type Value } from '../value.ts';
import { keyOf, type Keyed, type Keys } from './keys.ts';
import { placesOf, type Places } from './places.ts';
import { begin, end } from './recording.ts';
import type { LayerMemory } from './layers.ts';
import { idOf, newInterned, signaturesOf, type Interned } from './signatures.ts';
import { stamp, templateOf, type Template } from './template.ts';

/**
 * A template that is made when it is first asked for: most blocks of a file that is checked once are applied once. Until then it
 * holds on to the graph in which it was recorded.
 */
interface Kept {
  readonly key: string;
  readonly cells: number;
  template: Template | undefined;
  make: (() => Template | undefined) | undefined;
}

/** What is kept from check to check. */
export interface BlockMemory {
  readonly templates: Map<string, Kept>;
  /** Those that nothing had asked for when they were recorded, check by check, the last one first. */
  readonly waiting: Kept[][];
  /** What layers of equal options on equal types came to (layers.ts). */
  readonly layers: LayerMemory;
  readonly texts: Interned;
  readonly types: Interned;
  readonly typeNumbers: WeakMap<TensorType, number>;
  /** Nodes in all templates. */
  cells: number;
}

export function newBlockMemory(): BlockMemory {
  return {
    templates: new Map(),
    waiting: [],
    layers: new Map(),
    texts: newInterned(),
    types: newInterned(),
    typeNumbers: new WeakMap(),
    cells: 0,
  };
}

/** Bounds of the memory; where one is passed it begins anew. */
const most = { cells: 300_000, texts: 50_000, layers: 50_000 };

/** Checks that a template waits for somebody to ask for it. Whoever undoes an edit asks within two. */
const longestWait = 4;

/** The memory as it serves one model. */
export interface Blocks {
  readonly memory: BlockMemory;
  readonly keys: Keys;
  readonly places: Places;
  /** Places of templates in the text of this model. */
  readonly spans: Map<Template, readonly Span[] | undefined>;
}

export function blocksFor(model: Model, memory: BlockMemory = newBlockMemory()): Blocks {
  if (memory.cells > most.cells || memory.texts.numbers.size > most.texts) forget(memory);
  if (memory.layers.size > most.layers) memory.layers.clear();
  memory.waiting.unshift([]);
  if (memory.waiting.length > longestWait) for (const kept of memory.waiting.pop() ?? []) drop(kept, memory);
  const { types, typeNumbers } = memory;
  const signatures = signaturesOf(model, memory.texts);
  return {
    memory,
    keys: { signatures, types, typeNumbers, tooLarge: new WeakSet() },
    places: placesOf(model),
    spans: new Map(),
  };
}

function made(kept: Kept): Template | undefined {
  kept.template ??= kept.make?.();
  kept.make = undefined;
  return kept.template;
}

/** Unless it was made meanwhile. */
function drop(kept: Kept, memory: BlockMemory): void {
  if (kept.template || memory.templates.get(kept.key) !== kept) return;
  memory.templates.delete(kept.key);
  memory.cells -= kept.cells;
}

function forget(memory: BlockMemory): void {
  memory.templates.clear();
  memory.waiting.length = 0;
  memory.texts.numbers.clear();
  memory.cells = 0;
}

type Block = Extract<Callable, { kind: 'block' }>;

/** The value of a block at a site inside of it: stamped out, or from `evaluate` and then remembered. */
export function remembered(block: Block, site: Site, session: Session, evaluate: () => Value): Value {
  const { blocks } = session;
  // Inside an instance that is used again, layers take the weights that there are. A memory that is full takes no more in this check.
  const isKept = blocks && !site.shared && blocks.memory.cells <= most.cells;
  const keyed = isKept ? keyOf(block, site, session, blocks.keys) : undefined;
  if (!blocks || !keyed) {
    // A part of the block around it, whose key covers this one's text.
    session.recording?.entered.add(idOf(block.declaration));
    return evaluate();
  }
  const kept = blocks.memory.templates.get(keyed.key);
  const template = kept && made(kept);
  const known = template && stampOut(template, keyed, site, session, blocks);
  return known ?? record(block, keyed, { site, session, blocks }, evaluate);
}

function record(
  block: Block,
  keyed: Keyed,
  { site, session, blocks }: { readonly site: Site; readonly session: Session; readonly blocks: Blocks },
  evaluate: () => Value,
): Value {
  const recording = begin(block.declaration, site.depth, session);
  const value = evaluate();
  end(recording, session);
  if (value.kind !== 'tensor' || recording.spoilt) return value;
  const { memory, places } = blocks;
  const make = templateOf(recording, value.node, { site, inputs: keyed.inputs, session, places });
  const { key } = keyed;
  const kept: Kept = { key, cells: recording.made.length - recording.from, template: undefined, make };
  memory.cells += kept.cells - (memory.templates.get(key)?.cells ?? 0);
  memory.templates.set(key, kept);
  memory.waiting[0]?.push(kept);
  return value;
}

/** Undefined where a bound would be passed on the way: evaluating says so at the right place. */
function stampOut(
  template: Template,
  keyed: Keyed,
  site: Site,
  session: Session,
  blocks: Blocks,
): Value | undefined {
  const [level, depth] = [session.level + template.levels, site.depth + template.depth];
  const isWithin =
    session.steps + template.steps <= limits.steps &&
    session.nodes + template.layers <= limits.nodes &&
    level <= limits.level &&
    depth <= limits.depth;
  const spans = isWithin && !session.stopped ? spansOf(template, blocks) : undefined;
  if (!spans) return undefined;
  session.steps += template.steps;
  session.nodes += template.layers;
  const { recording } = session;
  if (recording) {
    recording.level = Math.max(recording.level, level);
    recording.depth = Math.max(recording.depth, depth);
    for (const { path, name } of template.places) recording.entered.add(`${path}\0${name}`);
  }
  const node = stamp(template, { site, inputs: keyed.inputs, spans }, session);
  return node && tensorOf(node);
}

function spansOf(template: Template, { spans, places }: Blocks): readonly Span[] | undefined {
  if (spans.has(template)) return spans.get(template);
  const found = template.places.map((anchor) => places.spanOf(anchor));
  const all = found.every((span) => span !== undefined) ? found : undefined;
  spans.set(template, all);
  return all;
}
