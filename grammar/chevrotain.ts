/**
 * The one place that loads Chevrotain. Its package entry is sixty small modules (about 50 ms to load); the one-file build that
 * ships beside it loads in about 10 ms, but is not in the package's `exports`, so it is found relative to the entry.
 * Where a bundler or a browser cannot resolve that, the entry itself is used.
 */
import type * as Chevrotain from 'chevrotain';

async function load(): Promise<typeof Chevrotain> {
  try {
    const oneFile = new URL('../chevrotain.min.mjs', import.meta.resolve('chevrotain')).href;
    return (await import(/* @vite-ignore */ oneFile)) as typeof Chevrotain;
  } catch {
    return await import('chevrotain');
  }
}

export const {
  CstParser,
  EOF,
  Lexer,
  createToken,
  createTokenInstance,
  generateCstDts,
  isRecognitionException,
  tokenMatcher,
} = await load();
