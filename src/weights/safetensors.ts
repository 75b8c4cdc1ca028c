/**
 * The safetensors reader (https://github.com/huggingface/safetensors): 8 bytes header length, a JSON header, the data.
 * Nothing in the header is believed before it is checked: bounds, overlaps, holes, shape × dtype = bytes, duplicate names.
 * Tensors are read one at a time, when asked for.
 */
import type { Span } from '../compiler/1-parse/source.ts';
import type { Diagnostic } from '../compiler/diagnostics/diagnostic.ts';
import { showCount } from '../compiler/diagnostics/count.ts';
import { diagnostic } from '../compiler/diagnostics/registry.ts';
import { bytesInMemory, openBytes, type ByteSource } from './bytes.ts';
import { decodeFloats, dtypeBytes, isFloatType } from './dtype.ts';

/** Headers above this are lies (the largest published models have a few MB). */
const maxHeaderBytes = 100_000_000;

export interface WeightEntry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Bytes from the start of the file. */
  readonly offset: number;
  readonly bytes: number;
}

/** An open file of weights. `read` decodes F32, F16, BF16 and F64 to f32 in the file's own order. */
export interface WeightFile {
  readonly path: string;
  readonly entries: ReadonlyMap<string, WeightEntry>;
  readonly metadata: Readonly<Record<string, string>>;
  read(entry: WeightEntry): Float32Array<ArrayBuffer>;
  /** The raw bytes [from, to) of a tensor. */
  readBytes(entry: WeightEntry, from: number, to: number): Uint8Array<ArrayBuffer>;
  close(): void;
}

export interface Opened {
  /** Undefined where diagnostics has errors. */
  readonly file: WeightFile | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** The place of a problem with a whole file that no line of a `.cnn` file asked for. */
export function fileSpan(path: string): Span {
  return { source: { path, text: '' }, start: 0, end: 0 };
}

/** Opens and checks a safetensors file; `at` is the place that asked for it. */
export function openSafetensors(path: string, at: Span = fileSpan(path)): Opened {
  const bytes = openBytes(path);
  if ('reason' in bytes) {
    const problem = diagnostic('weights/unreadable', { file: path, reason: bytes.reason }, at);
    return { file: undefined, diagnostics: [problem] };
  }
  const opened = readSafetensors(bytes, path, at);
  if (!opened.file) bytes.close();
  return opened;
}

/** Checks the header of bytes in memory or of an open file. */
export function readSafetensors(
  content: ByteSource | Uint8Array,
  path: string,
  at: Span = fileSpan(path),
): Opened {
  const bytes = content instanceof Uint8Array ? bytesInMemory(content) : content;
  const header = readHeader(bytes);
  const checked = 'problem' in header ? header : checkHeader(header, bytes.size);
  if ('problem' in checked) return { file: undefined, diagnostics: [describe(checked.problem, path, at)] };
  return { file: weightFile(path, bytes, checked), diagnostics: [] };
}

type HeaderProblem =
  | { readonly kind: 'format'; readonly reason: string }
  | { readonly kind: 'truncated'; readonly wanted: number; readonly found: number }
  | { readonly kind: 'tensor'; readonly tensor: string; readonly reason: string };
interface Failed {
  readonly problem: HeaderProblem;
}

interface Header {
  readonly json: Readonly<Record<string, unknown>>;
  readonly names: readonly string[];
  /** Where the data starts. */
  readonly dataOffset: number;
}

interface Checked {
  readonly entries: ReadonlyMap<string, WeightEntry>;
  readonly metadata: Readonly<Record<string, string>>;
}

function describe(problem: HeaderProblem, file: string, at: Span): Diagnostic {
  switch (problem.kind) {
    case 'format':
      return diagnostic('weights/not-safetensors', { file, reason: problem.reason }, at);
    case 'truncated':
      return diagnostic(
        'weights/truncated',
        { file, wanted: showCount(problem.wanted), found: showCount(problem.found) },
        at,
      );
    case 'tensor':
      return diagnostic('weights/damaged', { file, tensor: problem.tensor, reason: problem.reason }, at);
  }
}

const format = (reason: string): Failed => ({ problem: { kind: 'format', reason } });

function readHeader(bytes: ByteSource): Header | Failed {
  if (bytes.size < 8) return format(`it has only ${bytes.size} bytes`);
  const prefix = new Uint8Array(8);
  bytes.read(0, prefix);
  const length = Number(new DataView(prefix.buffer).getBigUint64(0, true));
  if (length > maxHeaderBytes || length < 2)
    return format(`its first 8 bytes are no length of a header${guessOf(prefix)}`);
  if (8 + length > bytes.size)
    return { problem: { kind: 'truncated', wanted: 8 + length, found: bytes.size } };
  const raw = new Uint8Array(length);
  bytes.read(8, raw);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(raw);
  } catch {
    return format('its header is not UTF-8 text');
  }
  return parseHeader(text, 8 + length);
}

function parseHeader(text: string, dataOffset: number): Header | Failed {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return format(`its header is not JSON (${(error as Error).message})`);
  }
  if (!isRecord(json)) return format('its header is not a JSON object');
  return { json, names: topLevelKeys(text), dataOffset };
}

/** What a file with a wrong start probably is. */
function guessOf(prefix: Uint8Array): string {
  const [a, b, c, d] = prefix;
  if (a === 0x50 && b === 0x4b) return ' (it looks like a PyTorch or zip file)';
  if (a === 0x80 && (b ?? 9) <= 5) return ' (it looks like a Python pickle)';
  if (a === 0x89 && b === 0x48 && c === 0x44 && d === 0x46)
    return ' (it looks like HDF5, as Keras writes it)';
  if (a === 0x93 && b === 0x4e) return ' (it looks like NumPy)';
  return '';
}

/** Keys of the outer object of valid JSON, duplicates included, which `JSON.parse` would hide. */
function topLevelKeys(text: string): readonly string[] {
  const keys: string[] = [];
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"\s*:?|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (depth === 1 && token.endsWith(':')) keys.push(JSON.parse(token.slice(0, -1).trim()) as string);
  }
  return keys;
}

function checkHeader({ json, names, dataOffset }: Header, size: number): Checked | Failed {
  const entries = new Map<string, WeightEntry>();
  for (const name of names.filter((n) => n !== '__metadata__')) {
    if (entries.has(name)) return tensorProblem(name, 'appears twice');
    const entry = checkEntry(name, json[name], dataOffset);
    if ('problem' in entry) return entry;
    entries.set(name, entry);
  }
  const end = checkCover([...entries.values()], dataOffset);
  if (typeof end !== 'number') return end;
  if (end > size) return { problem: { kind: 'truncated', wanted: end, found: size } };
  if (end < size) return format(`${showCount(size - end)} bytes at its end belong to no tensor`);
  return { entries, metadata: metadataOf(json['__metadata__']) };
}

function checkEntry(name: string, value: unknown, dataOffset: number): WeightEntry | Failed {
  if (!isRecord(value)) return tensorProblem(name, 'has no description');
  const { dtype, shape, data_offsets: offsets } = value;
  const size = typeof dtype === 'string' ? dtypeBytes[dtype] : undefined;
  if (typeof dtype !== 'string' || size === undefined)
    return tensorProblem(name, `has the unknown number format ${JSON.stringify(dtype)}`);
  if (!isCounts(shape)) return tensorProblem(name, `has no shape, but ${JSON.stringify(shape)}`);
  if (!isCounts(offsets) || offsets.length !== 2)
    return tensorProblem(name, `has no [begin, end], but ${JSON.stringify(offsets)}`);
  const [begin = 0, end = 0] = offsets;
  const wanted = shape.reduce((product, n) => product * n, size);
  if (end - begin !== wanted)
    return tensorProblem(
      name,
      `has ${end - begin} bytes, but ${shape.join('x') || 'a scalar'} of ${dtype} takes ${wanted}`,
    );
  return { name, dtype, shape, offset: dataOffset + begin, bytes: wanted };
}

/** The end of the data; the tensors must follow each other without overlap and without holes, as the format demands. */
function checkCover(entries: readonly WeightEntry[], dataOffset: number): number | Failed {
  let done = dataOffset;
  let before = '';
  for (const entry of entries.toSorted((a, b) => a.offset - b.offset || a.bytes - b.bytes)) {
    if (entry.offset < done) return tensorProblem(entry.name, `overlaps ${before}`);
    if (entry.offset > done) return tensorProblem(entry.name, `leaves a hole before it`);
    done = entry.offset + entry.bytes;
    before = entry.name;
  }
  return done;
}

function tensorProblem(tensor: string, reason: string): Failed {
  return { problem: { kind: 'tensor', tensor, reason } };
}

function metadataOf(value: unknown): Readonly<Record<string, string>> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)]));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function weightFile(path: string, bytes: ByteSource, { entries, metadata }: Checked): WeightFile {
  const readBytes = (entry: WeightEntry, from: number, to: number): Uint8Array<ArrayBuffer> => {
    const part = new Uint8Array(to - from);
    bytes.read(entry.offset + from, part);
    return part;
  };
  return {
    path,
    entries,
    metadata,
    readBytes,
    read: (entry) =>
      isFloatType(entry.dtype)
        ? decodeFloats(readBytes(entry, 0, entry.bytes), entry.dtype)
        : notFloats(entry),
    close: () => bytes.close(),
  };
}

function notFloats(entry: WeightEntry): never {
  throw new TypeError(`${entry.name} holds ${entry.dtype} values, not floats`);
}
