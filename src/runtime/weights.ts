/**
 * Brings the weights straight into linear memory: streamed piece by piece from the network, or read from disk, without a
 * second copy; then checks length and checksum, so that a wrong or cut-off file is an error and not a wrong answer.
 */
import { checksum } from './checksum.ts';
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
  private readonly target: Uint8Array<ArrayBuffer>;
  private readonly options: WeightsOptions;
  readonly file: string;

  constructor(target: Uint8Array<ArrayBuffer>, file: string, options: WeightsOptions) {
    this.target = target;
    this.file = file;
    this.options = options;
  }

  add(piece: Uint8Array): void {
    if (this.done + piece.length > this.target.length) throw this.wrong('is longer than', 'wrong-file');
    this.target.set(piece, this.done);
    this.done += piece.length;
    this.options.onProgress?.(this.done, this.target.length);
  }

  end(): void {
    if (this.done < this.target.length)
      throw new WeightsError(
        'weights/truncated',
        `${this.file} is cut short: ${this.done} of ${this.target.length} bytes arrived`,
      );
    if (this.options.checksum !== undefined && checksum(this.target) !== this.options.checksum)
      throw this.wrong('does not hold', 'wrong-file');
  }

  private wrong(verb: string, code: string): WeightsError {
    return new WeightsError(
      `weights/${code}`,
      `${this.file} ${verb} the weights that this model was built with`,
    );
  }
}

async function readAddress(source: URL | string, fill: Filling, { signal }: WeightsOptions): Promise<void> {
  if (String(source).startsWith('file:')) return readFile(new URL(source), fill);
  let response: Response;
  try {
    response = await fetch(source, signal ? { signal } : {});
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new WeightsError(
      'weights/unreachable',
      `${fill.file} could not be fetched: ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
  if (!response.ok || !response.body)
    throw new WeightsError(
      'weights/http',
      `${fill.file} could not be fetched: HTTP status ${response.status}`,
    );
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    fill.add(value);
  }
}

/** What is needed of `node:fs`; asked for at run time, so that bundlers for browsers do not look for it. */
interface FileSystem {
  createReadStream(url: URL, options: { readonly highWaterMark: number }): AsyncIterable<Uint8Array>;
}

async function readFile(url: URL, fill: Filling): Promise<void> {
  const { process } = globalThis as { process?: { getBuiltinModule?(id: string): unknown } };
  const fs = process?.getBuiltinModule?.('node:fs') as FileSystem | undefined;
  if (!fs)
    throw new WeightsError('weights/unreachable', `${fill.file} is on a disk that this page cannot read`);
  try {
    for await (const piece of fs.createReadStream(url, { highWaterMark: 1 << 20 })) fill.add(piece);
  } catch (error) {
    if (error instanceof WeightsError) throw error;
    const missing = (error as { code?: string }).code === 'ENOENT';
    const reason = missing ? 'there is no such file' : (error as Error).message;
    throw new WeightsError('weights/unreachable', `${fill.file} cannot be read: ${reason}`, { cause: error });
  }
}

function nameOf(source: WeightsSource): string {
  return source instanceof URL || typeof source === 'string'
    ? String(source).replace(/[?#].*/, '')
    : 'the weights';
}
