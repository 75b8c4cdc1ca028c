/**
 * The other threads of a program that was compiled for several: each is a worker that instantiates the program on the same shared
 * memory and stays inside its `work` function, asleep between runs. In Node `worker_threads`, in browsers Web Workers (pages must
 * be cross-origin isolated for that). Each compiles a module of its own: see `moduleOf`.
 */
import type { Manifest } from './manifest.ts';

/** Threads that are ready. */
export interface Team {
  /** The calling one included. */
  readonly threads: number;
  run(): void;
  /** Ends the other threads; they must not be in a run. */
  close(): void;
}

/** Whether the engine shares memory between threads: pages must be cross-origin isolated for that. */
export function sharesMemory(): boolean {
  const { crossOriginIsolated } = globalThis as { crossOriginIsolated?: boolean };
  return (
    typeof SharedArrayBuffer !== 'undefined' && (nodeWorkers() !== undefined || crossOriginIsolated === true)
  );
}

/** Starts `threads` − 1 workers; rejects where one does not start (none is left then). */
export async function startTeam(
  program: { readonly code: Uint8Array<ArrayBuffer>; readonly instance: WebAssembly.Instance },
  memory: WebAssembly.Memory,
  { threads, words }: { readonly threads: number; readonly words: NonNullable<Manifest['threads']> },
): Promise<Team> {
  const { runTeam } = program.instance.exports as { runTeam(threads: number, maySleep: number): void };
  const shared = new Int32Array(memory.buffer);
  const workers: Ender[] = [];
  const close = (): void => {
    Atomics.store(shared, words.stop / 4, 1);
    Atomics.add(shared, words.run / 4, 1);
    Atomics.notify(shared, words.run / 4);
    for (const end of workers.splice(0)) end();
  };
  try {
    const starting = Array.from({ length: threads - 1 }, (_, i) =>
      startWorker({ code: moduleOf(program.code, i + 1), memory, thread: i + 1, threads }, workers),
    );
    await Promise.all(starting);
  } catch (error) {
    close();
    throw error;
  }
  const maySleep = canSleep(shared) ? 1 : 0;
  return { threads, run: () => runTeam(threads, maySleep), close };
}

/** The main thread of a page may not sleep; elsewhere waiting for what is not there returns at once. */
function canSleep(shared: Int32Array): boolean {
  try {
    Atomics.wait(shared, 0, ~Atomics.load(shared, 0));
    return true;
  } catch {
    return false;
  }
}

/**
 * The module with an empty section of the thread's own. V8 keeps one copy of equal modules in a process, and all its instances count down to
 * the optimisation of its functions in the same words; what calls the kernels is counted all the time, and with two threads the words
 * would go to and fro between their processors.
 */
function moduleOf(code: Uint8Array<ArrayBuffer>, thread: number): Uint8Array<ArrayBuffer> {
  const custom = [0, 3, 0, thread & 255, thread >> 8];
  const own = new Uint8Array(code.length + custom.length);
  own.set(code);
  own.set(custom, code.length);
  return own;
}

type Ender = () => void;

interface Seat {
  readonly code: Uint8Array<ArrayBuffer>;
  readonly memory: WebAssembly.Memory;
  readonly thread: number;
  readonly threads: number;
}

/** What a worker does; `ready` is called before it enters the program for good. */
const body = `const work = ({ code, memory, thread, threads }, ready) => {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), { cnnc: { memory } });
  exports.warm();
  ready();
  exports.work(thread, threads);
};`;
const nodeBody = `${body}
const { workerData, parentPort } = require('node:worker_threads');
work(workerData, () => parentPort.postMessage(0));`;
const webBody = `${body}
onmessage = ({ data }) => work(data, () => postMessage(0));
onmessageerror = () => { throw new Error('memory is not shared with this thread'); };`;

/** What is needed of `node:worker_threads`; asked for at run time, so that bundlers for browsers do not look for it. */
interface NodeWorkers {
  readonly Worker: new (
    code: string,
    options: { eval: true; execArgv: readonly string[]; workerData: Seat; name: string },
  ) => NodeWorker;
}
interface NodeWorker {
  once(event: string, listener: (value: unknown) => void): void;
  unref(): void;
  terminate(): unknown;
}

function nodeWorkers(): NodeWorkers | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(id: string): unknown } };
  return process?.getBuiltinModule?.('node:worker_threads') as NodeWorkers | undefined;
}

function startWorker(seat: Seat, workers: Ender[]): Promise<void> {
  const node = nodeWorkers();
  return node ? startNodeWorker(node, seat, workers) : startWebWorker(seat, workers);
}

function startNodeWorker({ Worker }: NodeWorkers, seat: Seat, workers: Ender[]): Promise<void> {
  // Not the process's own options: what it preloads, or how it reads `--eval`, is not for this text.
  const worker = new Worker(nodeBody, { eval: true, execArgv: [], workerData: seat, name: 'cnnc' });
  workers.push(() => void worker.terminate());
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('a thread ended')));
    worker.once('message', () => {
      // A program that is done may exit although its models still have threads.
      worker.unref();
      resolve();
    });
  });
}

function startWebWorker(seat: Seat, workers: Ender[]): Promise<void> {
  const url = URL.createObjectURL(new Blob([webBody], { type: 'text/javascript' }));
  return new Promise<void>((resolve, reject) => {
    const worker = new Worker(url);
    workers.push(() => worker.terminate());
    worker.onerror = () => reject(new Error('a worker did not start'));
    worker.onmessage = () => resolve();
    worker.postMessage(seat);
  }).finally(() => URL.revokeObjectURL(url));
}
