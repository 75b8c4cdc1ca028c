/** Programs that are measured in turns, so that all of them see the same machine, whatever else it does meanwhile. */
import type { Plan } from '../compiler/6-plan/index.ts';
import { median, start, timeOf, type ProfileOptions, type Started } from '../profile/measure.ts';

type ProgramOptions = Pick<ProfileOptions, 'weights' | 'inputs'>;

export interface Loaded extends Started {
  readonly plan: Plan;
}

/** Runs and milliseconds after which V8 has replaced its baseline code. */
const warmRuns = 4;
const warmMs = { kernels: 500, all: 1500 } as const;
/** Turns at least and at most, and the milliseconds that they should take per program. */
const fewestTurns = 5;
const mostTurns = 50;
const turnsMs = 120;

/** Loads a plan's program and runs it warm: `kernels`, or every function, those too that run once per inference. */
export async function loadWarm(
  plan: Plan,
  options: ProgramOptions & { readonly warm: 'kernels' | 'all' },
): Promise<Loaded> {
  const program = { ...start(plan, options), plan };
  const end = performance.now() + warmMs[options.warm];
  for (let run = 0; run < warmRuns || performance.now() < end; run++) {
    program.write();
    program.run();
    // The compiler's threads hand over between tasks.
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  program.write();
  for (const step of program.steps) step();
  return program;
}

/** Median milliseconds per program and step. */
export async function timeSteps(programs: readonly Loaded[]): Promise<readonly (readonly number[])[]> {
  const times = programs.map(({ steps }) => steps.map((): number[] => []));
  await takeTurns(programs, ({ steps }, i) =>
    steps.forEach((step, at) => times[i]?.[at]?.push(timeOf(step))),
  );
  return times.map((steps) => steps.map(median));
}

/** Median milliseconds of a whole inference per program. */
export async function timeRuns(programs: readonly Loaded[]): Promise<readonly number[]> {
  const times = programs.map((): number[] => []);
  await takeTurns(programs, ({ run }, i) => times[i]?.push(timeOf(run)));
  return times.map(median);
}

/** Calls `measure` for each program in turn until there is enough. */
async function takeTurns(
  programs: readonly Loaded[],
  measure: (program: Loaded, index: number) => void,
): Promise<void> {
  const end = performance.now() + turnsMs * programs.length;
  for (let turn = 0; turn < fewestTurns || (turn < mostTurns && performance.now() < end); turn++) {
    for (const [i, program] of programs.entries()) {
      program.write();
      measure(program, i);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
