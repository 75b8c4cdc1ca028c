/**
 * The code generator of each algorithm, by the name that the planner puts into `Step.algorithm`. To add one: its planner side in
 * 6-plan/algorithms, its emitter here.
 */
import type { Emitter } from './emit-context.ts';
import { emitDepthwise } from './kernels/depthwise.ts';
import { emitFewFilters } from './kernels/few-filters.ts';
import { emitImplicitGemm } from './kernels/implicit-gemm.ts';
import { emitInt8Depthwise } from './kernels/int8-depthwise.ts';
import { emitInt8Gemm } from './kernels/int8-gemm.ts';
import { emitStem } from './kernels/stem.ts';
import { emitStrassen } from './kernels/strassen.ts';
import { emitWinograd } from './kernels/winograd.ts';
import { emitPlain } from './plain.ts';

export const emitters: Readonly<Record<string, Emitter>> = {
  nest: emitPlain,
  'implicit-gemm': emitImplicitGemm,
  gemv: emitImplicitGemm,
  depthwise: emitDepthwise,
  stem: emitStem,
  'few-filters': emitFewFilters,
  strassen: emitStrassen,
  'winograd-4x4': emitWinograd,
  'winograd-2x2': emitWinograd,
  'int8-gemm': emitInt8Gemm,
  'int8-depthwise': emitInt8Depthwise,
};
