/**
 * Decodes the head of a YOLOv2-style detector into boxes. Source: Redmon & Farhadi 2017 (YOLO9000), §2 "Direct location
 * prediction" and "Dimension priors": for every cell and anchor, centre = sigmoid(t_xy) + cell, size = anchor · exp(t_wh),
 * objectness = sigmoid(t_o), class scores = softmax over the classes.
 */
import { boxAround, type Detection } from './box.ts';

export interface YoloHead {
  /** [rows, columns, anchors · values], values = 5 (x, y, w, h, objectness) + one per class where there are two or more. */
  readonly data: ArrayLike<number>;
  readonly rows: number;
  readonly columns: number;
  /** Width and height of each anchor, in cells. */
  readonly anchors: readonly (readonly [number, number])[];
  readonly classes: readonly string[];
}

/** Values per anchor: a single class needs no class scores, its objectness is its score. */
export function valuesPerAnchor(classes: number): number {
  return 5 + (classes > 1 ? classes : 0);
}

/**
 * Every box scored at least `minScore`, in fractions of the network's input (0..1 in both directions), before suppression.
 * Values that are not finite give no box.
 */
export function decodeYolo(head: YoloHead, minScore: number): readonly Detection[] {
  const perAnchor = valuesPerAnchor(head.classes.length);
  const found: Detection[] = [];
  for (let row = 0; row < head.rows; row++)
    for (let column = 0; column < head.columns; column++)
      for (const [a, anchor] of head.anchors.entries()) {
        const at = ((row * head.columns + column) * head.anchors.length + a) * perAnchor;
        const detection = decodeAnchor(head, at, { row, column, anchor, minScore });
        if (detection && detection.score >= minScore) found.push(detection);
      }
  return found;
}

interface Cell {
  readonly row: number;
  readonly column: number;
  readonly anchor: readonly [number, number];
  readonly minScore: number;
}

function decodeAnchor(
  head: YoloHead,
  at: number,
  { row, column, anchor, minScore }: Cell,
): Detection | undefined {
  const value = (i: number): number => head.data[at + i] ?? Number.NaN;
  // No class scores make it better.
  const objectness = sigmoid(value(4));
  if (!(objectness >= minScore)) return undefined;
  const x = (column + sigmoid(value(0))) / head.columns;
  const y = (row + sigmoid(value(1))) / head.rows;
  const width = (Math.exp(value(2)) * anchor[0]) / head.columns;
  const height = (Math.exp(value(3)) * anchor[1]) / head.rows;
  const best = bestClass(head, at + 5);
  const score = objectness * best.probability;
  if (![x, y, width, height, score].every(Number.isFinite)) return undefined;
  return {
    ...boxAround(x, y, width, height),
    score,
    index: best.index,
    label: head.classes[best.index] ?? '',
  };
}

/** The most probable class by softmax over the logits that start at `at`; certain where there is one class. */
function bestClass(head: YoloHead, at: number): { readonly index: number; readonly probability: number } {
  const count = head.classes.length;
  if (count < 2) return { index: 0, probability: 1 };
  const logits = Array.from({ length: count }, (_, i) => head.data[at + i] ?? Number.NaN);
  const max = Math.max(...logits);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - max), 0);
  const index = logits.indexOf(max);
  return { index, probability: 1 / sum };
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
