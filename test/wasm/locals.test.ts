/** Locals that share numbers, and values that stay on the stack: the code computes what it says, in fewer bytes. */
import { expect, test } from 'vitest';
import fc from 'fast-check';
import { i32, ModuleBuilder } from '../../src/compiler/7-emit/wasm/assembler/index.ts';
import type { FunctionBuilder, I32, Local } from '../../src/compiler/7-emit/wasm/assembler/index.ts';

const engine = { relaxed: false, wide: false };

/** Variables are numbers; `set` adds two of them and a constant. */
type Statement =
  | { readonly kind: 'set'; readonly to: number; readonly a: number; readonly b: number; readonly c: number }
  | { readonly kind: 'if'; readonly on: number; readonly then: Program; readonly otherwise: Program }
  | { readonly kind: 'loop'; readonly turns: number; readonly body: Program }
  | { readonly kind: 'leave'; readonly on: number; readonly body: Program; readonly rest: Program };
type Program = readonly Statement[];

const variables = 7;
const variable = fc.nat(variables - 1);

const program = fc.letrec<{ program: Program; statement: Statement }>((tie) => ({
  program: fc.array(tie('statement'), { maxLength: 5 }),
  statement: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'statements' },
    fc.record({ kind: fc.constant('set'), to: variable, a: variable, b: variable, c: fc.nat(9) }),
    fc.record({
      kind: fc.constant('if'),
      on: variable,
      then: tie('program'),
      otherwise: tie('program'),
    }),
    fc.record({ kind: fc.constant('loop'), turns: fc.integer({ min: 2, max: 3 }), body: tie('program') }),
    fc.record({ kind: fc.constant('leave'), on: variable, body: tie('program'), rest: tie('program') }),
  ),
})).program;

function interpret(statements: Program, values: number[]): void {
  const at = (i: number): number => values[i] ?? 0;
  for (const s of statements) {
    if (s.kind === 'set') values[s.to] = (at(s.a) + at(s.b) + s.c) | 0;
    else if (s.kind === 'if') interpret(at(s.on) & 1 ? s.then : s.otherwise, values);
    else if (s.kind === 'loop') for (let i = 0; i < s.turns; i++) interpret(s.body, values);
    else {
      interpret(s.body, values);
      if (!(at(s.on) & 1)) interpret(s.rest, values);
    }
  }
}

function emit(f: FunctionBuilder, statements: Program, locals: readonly Local<'i32'>[]): void {
  const at = (i: number): Local<'i32'> => locals[i] as Local<'i32'>;
  const odd = (i: number): I32 => i32.and(at(i), i32.const(1));
  for (const s of statements) {
    if (s.kind === 'set') f.set(at(s.to), i32.add(i32.add(at(s.a), at(s.b)), s.c));
    else if (s.kind === 'if')
      f.if(
        odd(s.on),
        () => emit(f, s.then, locals),
        () => emit(f, s.otherwise, locals),
      );
    else if (s.kind === 'loop') f.for(f.i32(), 0, s.turns, 1, () => emit(f, s.body, locals));
    else
      f.block((end) => {
        emit(f, s.body, locals);
        f.branchIf(end, odd(s.on));
        emit(f, s.rest, locals);
      });
  }
}

/** A function of the first variable whose result is the last one. */
function compile(statements: Program): { readonly run: (first: number) => number; readonly bytes: number } {
  const m = new ModuleBuilder(engine);
  m.export(
    'run',
    m.function({ name: 'run', params: ['i32'], result: 'i32' }, (f, first) => {
      const locals = [first, ...Array.from({ length: variables - 1 }, () => f.i32())];
      emit(f, statements, locals);
      return locals.at(-1) as Local<'i32'>;
    }),
  );
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(m.build()));
  return { run: exports['run'] as (first: number) => number, bytes: m.size.codeBytes };
}

test('programs with branches and loops compute what an interpreter does', () => {
  fc.assert(
    fc.property(program, fc.integer(), (statements, first) => {
      const values = [first];
      interpret(statements, values);
      expect(compile(statements).run(first)).toBe(values[variables - 1] ?? 0);
    }),
    { numRuns: 2000 },
  );
});

test('locals that are alive one after another share a number', () => {
  const m = new ModuleBuilder(engine);
  m.function({ name: 'chain', params: ['i32'], result: 'i32' }, (f, x) => {
    let value = x;
    for (let i = 0; i < 300; i++) value = f.let(i32.mul(value, value));
    return value;
  });
  // tee (2 bytes), get (2), mul (1); two bytes more with numbers above 127.
  expect(m.size.codeBytes).toBeLessThan(300 * 5 + 20);
});
