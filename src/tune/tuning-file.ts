/**
 * The file of measured choices: JSON that a person can read and a version control system can compare, one layer a line. It holds only
 * what differs from the cost model's choice. What it says is a wish: a choice that an algorithm no longer offers is passed over.
 */
import type { Picker } from '../compiler/6-plan/index.ts';
import type { Step } from '../compiler/6-plan/plan.ts';
import type { Variant } from '../runtime/variant.ts';
import { signatureOf, variantOf } from './signature.ts';

/** An algorithm with its parameters. */
export type ChosenAlgorithm = Pick<Step, 'algorithm' | 'tuning'>;

/** And what it took. */
export interface MeasuredChoice extends ChosenAlgorithm {
  /** Milliseconds, all layers of the signature together. */
  readonly ms: number;
}

export interface TunedLayer extends MeasuredChoice {
  readonly layer: string;
  /** The cost model's choice at that time. */
  readonly model: MeasuredChoice;
}

/** What was measured on an engine, and where. */
export interface TunedEngine {
  readonly machine: string;
  readonly layers: readonly TunedLayer[];
}

export interface TuningFile {
  readonly engines: Readonly<Partial<Record<Variant, TunedEngine>>>;
}

const version = 1;
const variants: readonly Variant[] = ['wide', 'relaxed', 'simd'];

/** `file` after measuring the layers `measured` on an engine, of which `layers` have a better choice; what it says of others stays. */
export function withLayers(
  file: TuningFile,
  variant: Variant,
  { machine, layers, measured }: TunedEngine & { readonly measured: readonly string[] },
): TuningFile {
  const kept = (file.engines[variant]?.layers ?? []).filter(({ layer }) => !measured.includes(layer));
  const merged = [...kept, ...layers].sort((a, b) => (a.layer < b.layer ? -1 : 1));
  return { engines: { ...file.engines, [variant]: { machine, layers: merged } } };
}

/** The file's text. */
export function printTuning({ engines }: TuningFile): string {
  const parts = variants.flatMap((variant) => {
    const engine = engines[variant];
    if (!engine) return [];
    const lines = engine.layers.map((layer) => `        ${JSON.stringify(layer)}`);
    const list = lines.length > 0 ? `[\n${lines.join(',\n')}\n      ]` : '[]';
    return [
      `    "${variant}": {\n      "machine": ${JSON.stringify(engine.machine)},\n      "layers": ${list}\n    }`,
    ];
  });
  return `{\n  "cnnc": "tuning",\n  "version": ${version},\n  "engines": {\n${parts.join(',\n')}\n  }\n}\n`;
}

/** The file of a text, or why it is none. */
export function parseTuning(text: string): TuningFile | { readonly reason: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { reason: 'it is no JSON text, or cut short' };
  }
  if (!isRecord(value) || value['cnnc'] !== 'tuning') return { reason: 'it does not say "cnnc": "tuning"' };
  if (value['version'] !== version)
    return { reason: `its version is ${JSON.stringify(value['version'])}, and this cnnc knows ${version}` };
  const engines = value['engines'];
  if (!isRecord(engines)) return { reason: 'it has no "engines"' };
  for (const [name, engine] of Object.entries(engines)) {
    const wrong = engineProblem(name, engine);
    if (wrong !== undefined) return { reason: wrong };
  }
  return { engines: engines as TuningFile['engines'] };
}

function engineProblem(name: string, engine: unknown): string | undefined {
  if (!(variants as readonly string[]).includes(name)) return `there is no engine ${JSON.stringify(name)}`;
  if (!isRecord(engine) || typeof engine['machine'] !== 'string' || !Array.isArray(engine['layers']))
    return `"${name}" lacks its machine or its layers`;
  const at = engine['layers'].findIndex((layer) => !isLayer(layer));
  return at === -1 ? undefined : `layer ${at + 1} of "${name}" lacks a part`;
}

function isLayer(layer: unknown): boolean {
  return isRecord(layer) && typeof layer['layer'] === 'string' && isChoice(layer) && isChoice(layer['model']);
}

function isChoice(choice: unknown): boolean {
  return (
    isRecord(choice) &&
    typeof choice['algorithm'] === 'string' &&
    isRecord(choice['tuning']) &&
    typeof choice['ms'] === 'number'
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Algorithms as a file wants them. */
export interface TunedPicker {
  readonly pick: Picker;
  /** Layers whose choice no algorithm offers any more, so far. */
  readonly stale: () => readonly string[];
}

/** Takes what the file says for a layer, where that is one of its variants. */
export function tunedPicker({ engines }: TuningFile): TunedPicker {
  const stale = new Set<string>();
  return {
    pick: (kernel, engine, offered) => {
      const layer = signatureOf(kernel);
      const wanted = engines[variantOf(engine)]?.layers.find((entry) => entry.layer === layer);
      if (!wanted) return undefined;
      const choice = offered().find((variant) => sameChoice(variant, wanted));
      if (!choice) stale.add(wanted.layer);
      return choice;
    },
    stale: () => [...stale],
  };
}

/** Whether both are the same algorithm with the same parameters, in any order. */
export function sameChoice(a: ChosenAlgorithm, b: ChosenAlgorithm): boolean {
  const names = Object.keys(a.tuning);
  return (
    a.algorithm === b.algorithm &&
    names.length === Object.keys(b.tuning).length &&
    names.every((name) => a.tuning[name] === b.tuning[name])
  );
}
