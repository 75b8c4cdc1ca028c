/**
 * Programs for several threads. Every thread runs the same function `run_thread`; at a step that is cut each does its parts, the rest is
 * done by thread 0. Threads meet at a counter that only grows, so that nothing has to be reset: the n-th meeting of the r-th
 * run is over when the counter reaches ((r − 1) · meetings + n) · threads. Who waits looks at the word for a while and then
 * sleeps. Between runs the other threads sleep inside `work`.
 */
import { accessOf } from '../../6-plan/access.ts';
import type { Plan, Step } from '../../6-plan/plan.ts';
import {
  callResult,
  i32,
  type FunctionBuilder,
  type FunctionRef,
  type Local,
  type ModuleBuilder,
} from './assembler/index.ts';
import type { RowShare } from './halo.ts';

/** Byte offsets of the words that threads share, one per cache line. */
export const words = { arrived: 0, sleepers: 64, run: 128, idlers: 192, stop: 256 } as const;

/** Bytes of the words; they begin as zeros. */
export const teamBytes = 320;

/**
 * How often a word is looked at before sleeping: for a third of a millisecond, longer than one part of a step usually takes more than the other,
 * because waking up takes long where a processor that sleeps is given away (virtual machines). Who has slept in a run looks for some ten
 * microseconds from then on: the others seem to have no processor of their own, and looking takes them that of the one who looks.
 */
const looks = { many: 250_000, few: 8_000 } as const;

/** Emits one step (or part of one) into a function. */
export type EmitStep = (step: Step, f: FunctionBuilder) => void;

export interface TeamSource {
  readonly plan: Plan;
  readonly module: ModuleBuilder;
  /** Address of `teamBytes` bytes. */
  readonly control: number;
  /** Clears what has to be cleared before the step, or a share of it; whether there is anything. */
  readonly clear: (step: Step, share: RowShare, f: FunctionBuilder) => boolean;
  readonly emit: EmitStep;
}

/**
 * Exports `run()`: everything on the calling thread; `runTeam(threads, maySleep)`: with `threads` − 1 others; and
 * `work(thread, threads)`, which the others are in: it returns when `stop` is set and everyone is woken.
 */
export function emitTeam(source: TeamSource): void {
  const { module, control } = source;
  const meet = { arrive: arriveFunction(module, control), wait: waitFunction(module, control) };
  const { thread, meetings } = threadFunction(source, meet);
  module.export(
    'run',
    module.function({ name: 'run', params: [] }, (f) => f.call(thread, 0, 1, 0, 0)),
  );
  const team = module.function({ name: 'run_team', params: ['i32', 'i32'] }, (f, threads, maySleep) => {
    const before = f.atomicAdd(control, words.run, 1);
    f.if(i32.ne(i32.atomicLoad(control, words.idlers), 0), () => f.atomicNotify(control, words.run));
    f.call(thread, 0, threads, i32.mul(i32.mul(before, meetings), threads), maySleep);
  });
  module.export('runTeam', team);
  module.export('work', workFunction(source, thread, meetings));
}

/** Addresses for the runtime: to end the threads set `stop` to 1, count `run` up, and wake who sleeps on it. */
export function teamWords(control: number): { readonly run: number; readonly stop: number } {
  return { run: control + words.run, stop: control + words.stop };
}

interface Meet {
  readonly arrive: FunctionRef<readonly ['i32']>;
  /** (count at which the meeting is over, may sleep, looks before sleeping) → looks before sleeping at the next meeting of the run. */
  readonly wait: FunctionRef<readonly ['i32', 'i32', 'i32']>;
}

/** (count at which the meeting is over): says that this thread is there; the last one wakes the others. */
function arriveFunction(module: ModuleBuilder, control: number): Meet['arrive'] {
  return module.function({ name: 'arrive', params: ['i32'] }, (f, over) => {
    const before = f.atomicAdd(control, words.arrived, 1);
    f.if(i32.eq(i32.add(before, 1), over), () =>
      // A sleeper counts itself before it looks at the word for the last time, so either it is seen here or it sees the last arrival.
      f.if(i32.ne(i32.atomicLoad(control, words.sleepers), 0), () => f.atomicNotify(control, words.arrived)),
    );
  });
}

function waitFunction(module: ModuleBuilder, control: number): Meet['wait'] {
  const params = ['i32', 'i32', 'i32'] as const;
  return module.function({ name: 'wait', params, result: 'i32' }, (f, over, maySleep, patience) => {
    const left = f.i32();
    const seen = f.i32();
    const next = f.let(patience);
    f.block((met) =>
      f.loop((again) => {
        f.set(left, next);
        f.loop((look) => {
          f.set(seen, i32.atomicLoad(control, words.arrived));
          // The counter wraps around: only the difference means something.
          f.branchIf(met, i32.geS(i32.sub(seen, over), 0));
          f.increment(left, -1);
          f.branchIf(look, left);
        });
        f.if(maySleep, () => {
          f.atomicAdd(control, words.sleepers, 1);
          f.atomicWait(control, words.arrived, seen);
          f.atomicAdd(control, words.sleepers, -1);
          f.set(next, looks.few);
        });
        f.branch(again);
      }),
    );
    return next;
  });
}

/** (thread, threads) → runs its parts of every run, until it is told to stop. */
function workFunction(
  { module, control }: TeamSource,
  thread: FunctionRef<readonly ['i32', 'i32', 'i32', 'i32']>,
  meetings: number,
): FunctionRef {
  return module.function({ name: 'work', params: ['i32', 'i32'] }, (f, self, threads) => {
    const done = f.i32();
    const left = f.i32();
    f.loop((again) => {
      f.set(left, looks.many);
      f.block((begun) => {
        f.loop((look) => {
          f.branchIf(begun, i32.ne(i32.atomicLoad(control, words.run), done));
          f.increment(left, -1);
          f.branchIf(look, left);
          f.atomicAdd(control, words.idlers, 1);
          f.atomicWait(control, words.run, done);
          f.atomicAdd(control, words.idlers, -1);
          f.set(left, 1);
          f.branch(look);
        });
      });
      f.if(i32.atomicLoad(control, words.stop), () => f.return());
      f.call(thread, self, threads, i32.mul(i32.mul(done, meetings), threads), 1);
      f.increment(done, 1);
      f.branch(again);
    });
  });
}

/** What lies between two meetings: a step that is cut, or steps of thread 0. */
type Stretch =
  { readonly kind: 'cut'; readonly step: Step } | { readonly kind: 'alone'; readonly steps: readonly Step[] };

function stretchesOf(plan: Plan): readonly Stretch[] {
  const stretches: Stretch[] = [];
  for (const step of plan.steps) {
    const last = stretches.at(-1);
    if (step.parts) stretches.push({ kind: 'cut', step });
    else if (last?.kind === 'alone')
      stretches[stretches.length - 1] = { kind: 'alone', steps: [...last.steps, step] };
    else stretches.push({ kind: 'alone', steps: [step] });
  }
  return stretches;
}

/** (thread, threads, counter at the start of the run, may sleep) → the thread's share of a run; and how often threads meet in one. */
function threadFunction(
  source: TeamSource,
  meet: Meet,
): { readonly thread: FunctionRef<readonly ['i32', 'i32', 'i32', 'i32']>; readonly meetings: number } {
  const { plan, module } = source;
  const stretches = stretchesOf(plan);
  let meetings = 0;
  const thread = module.function(
    { name: 'run_thread', params: ['i32', 'i32', 'i32', 'i32'] },
    (f, self, threads, start, maySleep) => {
      const over = f.let(start);
      const isTeam = f.let(i32.gtU(threads, 1));
      const leads = f.let(i32.eqz(self));
      const patience = f.let(i32.const(looks.many));
      const owns = Array.from({ length: plan.threads }, (_, part) =>
        f.let(i32.eq(i32.remU(part, threads), self)),
      );
      const gather = (waiter?: Local<'i32'>): void => {
        meetings += 1;
        f.if(isTeam, () => {
          f.increment(over, threads);
          f.call(meet.arrive, over);
          const wait = (): void => f.set(patience, callResult('i32', meet.wait, over, maySleep, patience));
          if (waiter) f.if(waiter, wait);
          else wait();
        });
      };
      stretches.forEach((stretch, i) => {
        const isLast = !stretches.slice(i + 1).some(({ kind }) => kind === 'cut');
        if (stretch.kind === 'alone') {
          f.if(leads, () => stretch.steps.forEach((step) => emitWhole(source, step, f)));
          if (!isLast) gather();
          return;
        }
        emitCut(source, stretch.step, f, { owns, gather });
        // After the last step that is cut only thread 0 goes on.
        gather(isLast ? leads : undefined);
      });
    },
  );
  return { thread, meetings };
}

function emitWhole({ clear, emit }: TeamSource, step: Step, f: FunctionBuilder): void {
  clear(step, { part: 0, parts: 1 }, f);
  emit(step, f);
}

/**
 * Everyone clears its share of the borders, too: rows that it will probably read in the next step. A line that one thread has cleared
 * and another one reads has to come out of the first one's cache.
 */
function emitCut(
  { plan, clear, emit }: TeamSource,
  step: Step,
  f: FunctionBuilder,
  { owns, gather }: { readonly owns: readonly Local<'i32'>[]; readonly gather: () => void },
): void {
  const parts = step.parts ?? [];
  let clears = false;
  const ofOwner = (part: number, body: () => void): void => {
    const own = owns[part];
    if (own) f.if(own, body);
  };
  const clearShare = (part: number): void => {
    if (clear(step, { part, parts: parts.length }, f)) clears = true;
  };
  // Borders of inputs are cleared with the first step, which may read them.
  const readsBorders = readsInput(plan, step);
  if (readsBorders) parts.forEach((_, i) => ofOwner(i, () => clearShare(i)));
  if (clears) gather();
  parts.forEach((part, i) =>
    ofOwner(i, () => {
      if (!readsBorders) clearShare(i);
      emit(part, f);
    }),
  );
}

/** Whether the step reads memory that lives from before the first step on. */
function readsInput({ allocations }: Plan, { kernel, buffers }: Step): boolean {
  return accessOf(kernel).reads.some((operand) => {
    const allocation = allocations[buffers[operand]?.allocation ?? -1];
    return allocation?.region === 'arena' && allocation.first < 0;
  });
}
