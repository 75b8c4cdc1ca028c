#!/usr/bin/env node
/**
 * The command line. Every command is one file in commands/; what it needs of the compiler is imported when it runs, so that
 * the process starts fast. Exit codes: 0 done, 1 the user's input is wrong, 2 wrong usage or an error of our own.
 */
import { enableCompileCache } from 'node:module';

enableCompileCache();
// `cnnc summary net.cnn | head` closes the pipe early: that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});
const { main } = await import('./program.ts');
process.exitCode = await main(process.argv.slice(2));
