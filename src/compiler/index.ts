/** The compiler's front door: one verb per phase. Hosts (command line, editor, bundler) import only this file. */
export { parse } from './1-parse/index.ts';
export type { Position, Source, Span } from './1-parse/source.ts';
export { positionAt, textOf } from './1-parse/source.ts';
export { resolve, type Host, type Model } from './2-resolve/index.ts';
export {
  check,
  constantsIn,
  costs,
  instantiate,
  movesOf,
  netsOf,
  slide,
  summarize,
  weightsFor,
  type Costs,
  type InputSizes,
  type Mode,
  type NetFacts,
  type NetInfo,
  type NetParams,
  type LayerSummary,
  type NodeCost,
  type Sliding,
  type Summary,
  type WeightsDeclaration,
} from './3-check/index.ts';
export type { Diagnostic, Edit, Fix, Label, Severity } from './diagnostics/diagnostic.ts';
export { nodeHost } from './host.ts';
export { createChecker, type Checker, type CheckResult } from './incremental.ts';
export { checkPlannedBudgets } from './planned-budgets.ts';
export { printGraph } from './ir/print.ts';
export { verify } from './ir/verify.ts';
export { optimize, passes, type OptimizeOptions } from './5-optimize/index.ts';
export {
  memoryProblems,
  pack,
  plan,
  printPlan,
  verifyPlan,
  type Engine,
  type Plan,
  type PlanOptions,
} from './6-plan/index.ts';
export { emitWasm, type EmitWasmOptions, type WasmProgram } from './7-emit/wasm/index.ts';
