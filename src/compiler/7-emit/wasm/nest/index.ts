/** The emitter of loop nests. */
export { emitNest } from './emit.ts';
export { resolveNest } from './nest.ts';
