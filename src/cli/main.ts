#!/usr/bin/env node
/**
 * The command line. Every command is one file in commands/; what it needs of the compiler is imported when it runs, so that
 * the process starts fast. Exit codes: 0 done, 1 the user's input is wrong, 2 wrong usage or an error of our own.
 */
import * as nodeModule from 'node:module';

// The package needs Node 22.12 (package.json); an older one, which npm only warns of, ends here in words.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 12)) {
  process.stderr.write(`cnnc needs Node 22.12 or newer, and this is Node ${process.versions.node}\n`);
  process.exit(2);
}
nodeModule.enableCompileCache();
// `cnnc summary net.cnn | head` closes the pipe early: that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});
const { main } = await import('./program.ts');
process.exitCode = await main(process.argv.slice(2));
