/** Names of all operators. Generated as a plain union by `npm run gen` (`keyof typeof ops` would become circular). */
export type OpName = string;
