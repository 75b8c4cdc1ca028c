/** What can go wrong when a compiled net is loaded or run, as subclasses of one error, each with a code for programs and a sentence for people. */

export class CnncError extends Error {
  override readonly name: string = 'CnncError';
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The engine lacks WebAssembly or a feature that the program needs. */
export class UnsupportedError extends CnncError {
  override readonly name = 'UnsupportedError';
}

/** The weights could not be fetched, or are not the ones that the program was built with. */
export class WeightsError extends CnncError {
  override readonly name = 'WeightsError';
}

/** An input is missing, unknown, or of another shape than the net's. */
export class InputError extends CnncError {
  override readonly name = 'InputError';
}
