/**
 * Non-maximum suppression: of boxes that overlap, the best scored stays. Greedy, as in Girshick et al. 2014 (R-CNN, §2.2);
 * boxes of different labels never suppress each other unless `acrossLabels` is set.
 */
import { iou, type Detection } from './box.ts';

export interface NmsOptions {
  /** Boxes that overlap a better one by more than this are dropped. */
  readonly iou: number;
  /** Boxes scored lower are dropped first. */
  readonly score: number;
  /** At most so many survive. */
  readonly max: number;
  readonly acrossLabels?: boolean;
}

/** The surviving detections, best first. Scores that are not numbers are dropped. */
export function nonMaxSuppression<D extends Detection>(
  detections: readonly D[],
  options: NmsOptions,
): readonly D[] {
  const candidates = detections.filter((d) => d.score >= options.score).sort((a, b) => b.score - a.score);
  const kept: D[] = [];
  for (const candidate of candidates) {
    if (kept.length >= options.max) break;
    const suppressed = kept.some(
      (better) =>
        (options.acrossLabels === true || better.index === candidate.index) &&
        iou(better, candidate) > options.iou,
    );
    if (!suppressed) kept.push(candidate);
  }
  return kept;
}
