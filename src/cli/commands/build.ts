/** `cnnc build`: a net as an npm package (wasm) or as TypeScript on TensorFlow.js, and `--dump` to look inside. */
import type { Command } from 'commander';
import type { WeightsType } from '../../compiler/6-plan/plan.ts';
import type { PackageFile } from '../../compiler/7-emit/package/index.ts';
import type { Variant } from '../../runtime/variant.ts';
import { UsageFailure, type ExitCode } from '../failure.ts';
import type { NetOptions, OpenNet } from '../nets.ts';
import { quantizeOption, type QuantizeOptions } from '../ranges.ts';
import {
  colors,
  count,
  say,
  showDiagnostics,
  writeJson,
  writeLine,
  type CommonOptions,
} from '../terminal.ts';
import { tuningHelp, type Tuning, type TuningOptions } from '../tuning.ts';
import type { CompileOptions } from '../wasm.ts';
import type { NetWeights, WeightOptions } from '../weights.ts';
import { addNetOptions, addWeightOptions, collect, wholeOf } from '../options.ts';
import { showCount } from '../../compiler/diagnostics/count.ts';

interface Options extends NetOptions, WeightOptions, QuantizeOptions, TuningOptions, CommonOptions {
  readonly out?: string;
  readonly check?: true;
  readonly target: string;
  readonly wide?: true;
  readonly deterministic?: true;
  readonly weightsType: string;
  readonly dump: readonly string[];
  readonly threads?: string;
}

/** A program holds code for each share of every layer: more would be large and gain little. */
const mostThreads = 16;

const examples = `
Examples
  cnnc build faces.cnn --weights faces.safetensors --out faces      then: import { load } from './faces/index.js'
  cnnc build faces.cnn --weights faces.safetensors --out faces-tfjs --target tfjs
  cnnc build resnet.cnn --net ResNet50 --wide --out resnet          also a build that Node runs about 1.5 times as fast
  cnnc build faces.cnn --weights faces.safetensors --out faces --weights-type i16      half the download
  cnnc build faces.cnn --weights faces.safetensors --out faces --quantize Faces.ranges.json      a quarter of it, and faster: 8-bit integers
  cnnc build faces.cnn --weights faces.safetensors --out faces --check      is the folder up to date? (continuous integration)
  cnnc build lenet.cnn --net LeNet5 --dump after:fuse-elementwise   the graph after a pass
  cnnc build lenet.cnn --net LeNet5 --dump plan                     memory and algorithms
  cnnc build lenet.cnn --net LeNet5 --dump wat                      the WebAssembly as text`;

export function addBuild(program: Command, end: (code: ExitCode) => void): void {
  const command = program
    .command('build')
    .argument('<file>', 'a .cnn file, or std/resnet, std/unet …')
    .summary('compile a net to a package')
    .description(
      'Compiles a net to a folder that can be imported and published: an ES module with the WebAssembly inside and the weights\nbeside it, exact types, a README. The folder appears whole or not at all; only a folder of an earlier build is replaced.',
    );
  addNetOptions(command).option(
    '--fully-convolutional',
    'one pass over a larger input (--size) instead of window by window',
  );
  addWeightOptions(command)
    .option('--out <folder>', 'the folder to write')
    .option('--check', 'write nothing; exit code 1 where --out holds anything else than would be written')
    .option('--target <target>', 'wasm or tfjs (TypeScript on TensorFlow.js)', 'wasm')
    .option('--wide', 'add a build with 256-bit tiles for Node 24 and newer (larger; browsers ignore it)')
    .option(
      '--deterministic',
      'one program without fused multiply-add, Winograd and Strassen: the same bits on every engine, about half as fast',
    )
    .option(
      '--weights-type <type>',
      'how the weights file stores numbers: f32, or i16 (16-bit integers with a scale for each filter) for half the download',
      'f32',
    )
    .option(...quantizeOption)
    .option('--tuning <file>', tuningHelp)
    .option('--threads <n>', 'also a program for up to n threads (wasm; pages must be cross-origin isolated)')
    .option('--dump <what>', 'print graph, after:<pass>, plan or wat (may be repeated)', collect, [])
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (file: string, options: Options) => end(await build(file, options)));
}

async function build(file: string, options: Options): Promise<ExitCode> {
  if (!['wasm', 'tfjs'].includes(options.target))
    throw new UsageFailure(`--target is wasm or tfjs, not ${options.target}`);
  if (options.wide && options.target !== 'wasm') throw new UsageFailure('--wide is for --target wasm');
  if (options.tuning !== undefined && options.target !== 'wasm')
    throw new UsageFailure('--tuning is for --target wasm: TensorFlow.js chooses its own algorithms');
  checkDeterministic(options);
  weightsTypeOf(options);
  checkQuantize(options);
  const threads = threadsOf(options);
  if (options.out === undefined && (options.check || options.dump.length === 0))
    throw new UsageFailure('build needs --out <folder>');
  if (options.out === '') throw new UsageFailure('--out is empty: name the folder to write');
  const { openNet } = await import('../nets.ts');
  const { slidingLines } = await import('../sliding.ts');
  const net = openNet(file, options);
  const { tuningOf } = await import('../tuning.ts');
  const tuning = tuningOf(file, options);
  const dumps = await dumpsOf(net, { ...options, count: threads, chosen: tuning });
  if (!options.json) for (const { text } of dumps) writeLine(text.trimEnd());
  if (options.out === undefined) {
    if (options.json) writeJson({ dumps });
    return 0;
  }
  const { weightsOf } = await import('../weights.ts');
  const { checkFolder, writeFolder } = await import('../folder.ts');
  const { checkedFile } = await import('../checked.ts');
  const warnings = checkedFile(net);
  const weights = await weightsOf(net, options);
  const files =
    options.target === 'wasm'
      ? await wasmPackage(net, weights, { ...options, count: threads, chosen: tuning })
      : await tfjsPackage(net, weights);
  if (options.check) checkFolder(options.out, files);
  else writeFolder(options.out, files);
  for (const line of net.sliding ? slidingLines(net.sliding) : []) say(line, options);
  report({ net, weights, files, options, dumps });
  if (!options.json) showDiagnostics([...warnings, ...weights.diagnostics, ...tuning.notes()], {});
  return 0;
}

function checkQuantize({ quantize, target, weightsType }: Options): void {
  if (quantize === undefined) return;
  if (target !== 'wasm')
    throw new UsageFailure('--quantize is for --target wasm: TensorFlow.js computes the net in floats');
  if (weightsType !== 'f32')
    throw new UsageFailure('--quantize stores weights in bytes: it excludes --weights-type i16');
}

function checkDeterministic({ deterministic, wide, target }: Options): void {
  if (deterministic && wide) throw new UsageFailure('--deterministic and --wide exclude each other');
  if (deterministic && target !== 'wasm') throw new UsageFailure('--deterministic is for --target wasm');
}

/** The variants of the package, fastest first. */
function variantsOf({ wide, deterministic }: Options): readonly Variant[] {
  if (deterministic) return ['simd'];
  return [...(wide ? (['wide'] as const) : []), 'relaxed', 'simd'];
}

/** What `--weights-type` says; ends the command where that makes no sense. */
function weightsTypeOf({ weightsType, target }: Options): WeightsType {
  if (weightsType === 'f16')
    throw new UsageFailure(
      '--weights-type is f32 or i16: integers with scales are as small as f16 was, and nearer to f32',
    );
  if (weightsType !== 'f32' && weightsType !== 'i16')
    throw new UsageFailure(`--weights-type is f32 or i16, not ${weightsType}`);
  if (weightsType === 'i16' && target !== 'wasm')
    throw new UsageFailure('--weights-type i16 is for --target wasm');
  return weightsType;
}

/** The texts that `--dump` asks for: of the program that a package built with these options has first, for as many threads as it may take. */
async function dumpsOf(
  net: OpenNet,
  options: Chosen,
): Promise<readonly { readonly what: string; readonly text: string }[]> {
  if (options.dump.length === 0) return [];
  const { dump } = await import('../dump.ts');
  const compile = await compileOptions(net, options);
  const [variant = 'simd'] = variantsOf(options);
  const how = { ...compile, variant, threads: options.count };
  return Promise.all(options.dump.map(async (what) => ({ what, text: await dump(net, what, how) })));
}

interface Chosen extends Options {
  /** Threads. */
  readonly count: number;
  readonly chosen: Tuning;
}

/** What all programs of a package share. */
async function compileOptions(
  net: OpenNet,
  options: Chosen,
): Promise<Omit<CompileOptions, 'variant' | 'threads'>> {
  const { rangesFor } = await import('../ranges.ts');
  return {
    show: net.project.show,
    weightsType: weightsTypeOf(options),
    precise: options.deterministic === true,
    pick: options.chosen.pick,
    ranges: rangesFor(net, options),
  };
}

/** Threads asked for; 1 where none were. */
function threadsOf({ threads = '1', target }: Options): number {
  const count = wholeOf('--threads', threads, { from: 1, to: mostThreads });
  if (count > 1 && target !== 'wasm') throw new UsageFailure('--threads is for --target wasm');
  return count;
}

async function wasmPackage(
  net: OpenNet,
  weights: NetWeights,
  options: Chosen,
): Promise<readonly PackageFile[]> {
  const { compileVariant } = await import('../wasm.ts');
  const { emitPackage } = await import('../../compiler/7-emit/package/index.ts');
  const { costs } = await import('../../compiler/index.ts');
  const { graph, project, doc } = net;
  const compile = await compileOptions(net, options);
  const names = variantsOf(options);
  const variants = [...new Set([1, options.count])].flatMap((threads) =>
    names.map((variant) => compileVariant(graph, weights.source, { ...compile, variant, threads })),
  );
  // A net whose steps are all too small for threads has only the programs for one.
  const distinct = variants.filter(({ manifest }, i) => i < names.length || manifest.threads);
  const { params, macs } = costs(graph);
  return emitPackage({
    variants: distinct,
    net: graph.name,
    doc,
    file: project.entry.path,
    figures: { params, macs },
  });
}

async function tfjsPackage(net: OpenNet, weights: NetWeights): Promise<readonly PackageFile[]> {
  const { tfjsFiles } = await import('../tfjs.ts');
  return tfjsFiles(net, weights.source);
}

function report(done: {
  readonly net: OpenNet;
  readonly weights: NetWeights;
  readonly files: readonly PackageFile[];
  readonly options: Options;
  readonly dumps: readonly unknown[];
}): void {
  const { net, weights, files, options, dumps } = done;
  const sizes = files.map(({ path, content }) => ({ path, bytes: Buffer.byteLength(content) }));
  const base = { net: net.graph.name, target: options.target, out: options.out, weights: weights.origin };
  if (options.json) return writeJson({ ...base, files: sizes, ...(dumps.length > 0 ? { dumps } : {}) });
  if (!weights.trained && options.seed === undefined)
    say(colors.yellow(`no weights given: the package holds ${weights.origin}`), options);
  const arrow = options.check ? 'is what is in' : '→';
  writeLine(
    `${colors.green('✓')} ${net.graph.name} ${arrow} ${options.out}  (${count(files.length, 'file')})`,
  );
  for (const { path, bytes } of sizes)
    writeLine(`  ${path.padEnd(20)} ${showCount(bytes).padStart(12)} bytes`);
}
