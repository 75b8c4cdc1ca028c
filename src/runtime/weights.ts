/**
 * Brings the weights straight into linear memory: streamed piece by piece from the network, or read from disk in place, without a
 * second copy; checks length and checksum on the way, so that a wrong or cut-off file is an error and not a wrong answer.
 */
import { Checksum } from './checksum.ts';
import { WeightsError } from './errors.ts';

/** Where weights come from: an address, or the bytes. In Node a `file:` address is read from disk. */
export type WeightsSource = URL | string | ArrayBuffer | ArrayBufferView;

export interface WeightsOptions {
  /** Bytes and checksum that the program was built with. */
  readonly bytes: number;
  readonly checksum?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Fills `target` (of `options.bytes` bytes). Throws a `WeightsError`. */
export async function readWeights(
  source: WeightsSource,
  target: Uint8Array<ArrayBuffer>,
  options: WeightsOptions,
): Promise<void> {
  const fill = new Filling(target, nameOf(source), options);
  if (source instanceof ArrayBuffer) fill.add(new Uint8Array(source));
  else if (ArrayBuffer.isView(source))
    fill.add(new Uint8Array(source.buffer, source.byteOffset, source.byteLength));
  else await readAddress(source, fill, options);
  fill.end();
}

/** The part of the memory that is still to be filled. */
class Filling {
  private done = 0;
  private readonly sum: Checksum;
  private readonly options: WeightsOptions;
  readonly target: Uint8Array<ArrayBuffer>;
  readonly file: string;

  constructor(target: Uint8Array<ArrayBuffer>, file: string, options: WeightsOptions) {
    this.target = target;
    this.sum = new Checksum(target);
    this.file = file;
    this.options = options;
  }

  add(piece: Uint8Array): void {
    this.fits(this.done + piece.length);
    this.target.set(piece, this.done);
    this.arrived(this.done + piece.length);
  }

  /** The first `done` bytes of the target are there. Throws where the caller does not want them any more. */
  arrived(done: number): void {
    this.options.signal?.throwIfAborted();
    if (done === this.done) return;
    this.done = done;
    if (this.options.checksum !== undefined) this.sum.arrived(done);
    this.options.onProgress?.(done, this.target.length);
  }

  /** Throws where `bytes` bytes are too many. */
  fits(bytes: number): void {
    if (bytes > this.target.length) throw this.wrong('is longer than');
  }

  end(): void {
    if (this.done < this.target.length)
      throw new WeightsError(
        'weights/truncated',
        `${this.file} is cut short: ${this.done} of ${this.target.length} bytes arrived`,
      );
    if (this.options.checksum !== undefined && this.sum.hex() !== this.options.checksum)
      throw this.wrong('does not hold');
  }

  /** What to throw for an error on the way: itself where it is ours or the caller's. */
  failed(error: unknown, what: string): unknown {
    if (error instanceof WeightsError || this.options.signal?.aborted) return error;
    const { code, message } = error as Error & { readonly code?: string };
    const reason = code === 'ENOENT' ? 'there is no such file' : message;
    const after = this.done > 0 ? ` after ${this.done} of ${this.target.length} bytes` : '';
    return new WeightsError('weights/unreachable', `${this.file} ${what}${after}: ${reason}`, {
      cause: error,
    });
  }

  private wrong(verb: string): WeightsError {
    return new WeightsError(
      'weights/wrong-file',
      `${this.file} ${verb} the weights that this model was built with`,
    );
  }
}

async function readAddress(source: URL | string, fill: Filling, { signal }: WeightsOptions): Promise<void> {
  if (String(source).startsWith('file:')) return readFile(new URL(source), fill);
  try {
    await readResponse(await fetch(source, signal ? { signal } : {}), fill);
  } catch (error) {
    throw fill.failed(error, 'could not be fetched');
  }
}

async function readResponse({ ok, status, headers, body }: Response, fill: Filling): Promise<void> {
  const wrong = (why: string): WeightsError =>
    new WeightsError('weights/http', `${fill.file} could not be fetched: ${why}`);
  if (!ok || !body) throw wrong(`HTTP status ${status}`);
  // Servers of single-page applications answer so, with status 200, to whatever they do not have.
  if (headers.get('content-type')?.startsWith('text/html')) throw wrong('the server answered with a page');
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      fill.add(value);
    }
  } catch (error) {
    // The rest of a file that is not ours is not wanted.
    reader.cancel().catch(() => {});
    throw error;
  }
}

/** What is needed of `node:fs/promises`; asked for at run time, so that bundlers for browsers do not look for it. */
interface FileSystem {
  open(url: URL): Promise<FileHandle>;
}
interface FileHandle {
  stat(): Promise<{ readonly size: number }>;
  read(
    into: Uint8Array,
    offset: number,
    bytes: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>;
  close(): Promise<void>;
}

/** Bytes of one read, and how many reads are under way at a time: Node has four threads for them. */
const pieceBytes = 1 << 22;
const readsAtOnce = 4;

async function readFile(url: URL, fill: Filling): Promise<void> {
  const { process } = globalThis as { process?: { getBuiltinModule?(id: string): unknown } };
  const fs = process?.getBuiltinModule?.('node:fs/promises') as FileSystem | undefined;
  if (!fs)
    throw new WeightsError('weights/unreachable', `${fill.file} is on a disk that this page cannot read`);
  try {
    const file = await fs.open(url);
    try {
      await readInPlace(file, fill);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fill.failed(error, 'cannot be read');
  }
}

/** Other threads read into the target, several pieces at a time, while this one sums up what is there from the front. */
async function readInPlace(file: FileHandle, fill: Filling): Promise<void> {
  const { size } = await file.stat();
  fill.fits(size);
  const missing = Array.from({ length: Math.ceil(size / pieceBytes) }, (_, i) => i * pieceBytes);
  const underWay = new Set<number>();
  const readOn = async (): Promise<void> => {
    for (let from = missing.shift(); from !== undefined; from = missing.shift()) {
      underWay.add(from);
      await readPiece(file, fill.target, from, Math.min(size, from + pieceBytes));
      underWay.delete(from);
      fill.arrived(Math.min(...underWay, missing[0] ?? size));
    }
  };
  await Promise.all(Array.from({ length: readsAtOnce }, readOn));
}

/** Reads bytes `from` to `end`. */
async function readPiece(file: FileHandle, target: Uint8Array, from: number, end: number): Promise<void> {
  for (let at = from; at < end;) {
    const { bytesRead } = await file.read(target, at, end - at, at);
    if (bytesRead === 0) throw new Error('it became shorter while it was read');
    at += bytesRead;
  }
}

function nameOf(source: WeightsSource): string {
  return source instanceof URL || typeof source === 'string'
    ? String(source).replace(/[?#].*/, '')
    : 'the weights';
}
