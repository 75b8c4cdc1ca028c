/** The only exception the compiler throws on purpose: a broken invariant of its own, never something a user wrote. */
export class InternalError extends Error {
  override readonly name = 'InternalError';
}

/** Reports a broken invariant. */
export function internal(message: string): never {
  throw new InternalError(`${message} (this is a bug in cnnc, please report it)`);
}

/** Ends an exhaustive `switch`: the type checker proves that it cannot be reached. */
export function unreachable(value: never): never {
  return internal(`unexpected ${JSON.stringify(value)}`);
}
