/**
 * Axis-aligned boxes and how much they overlap. Boxes are in any one unit (pixels, cells, fractions of the image), with the
 * origin at the top left. Sources: intersection over union as in PASCAL VOC (Everingham et al. 2010, §4.2).
 */
export interface Box {
  /** Left edge. */
  readonly x: number;
  /** Top edge. */
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A scored, labelled box. */
export interface Detection extends Box {
  /** 0..1. */
  readonly score: number;
  readonly label: string;
  /** Position of the label in the network's class list. */
  readonly index: number;
}

/** The box around a centre. */
export function boxAround(centerX: number, centerY: number, width: number, height: number): Box {
  return { x: centerX - width / 2, y: centerY - height / 2, width, height };
}

/** Area; an inside-out box (negative width or height) has none. */
export function area(box: Box): number {
  return Math.max(0, box.width) * Math.max(0, box.height);
}

/** Area that two boxes share. */
export function intersection(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return Math.max(0, width) * Math.max(0, height);
}

/** Intersection over union, 0..1; two empty boxes give 0. */
export function iou(a: Box, b: Box): number {
  const shared = intersection(a, b);
  const union = area(a) + area(b) - shared;
  return union > 0 ? shared / union : 0;
}

/** The part of the box inside `width` × `height`. */
export function clip<B extends Box>(box: B, width: number, height: number): B {
  const x = Math.min(Math.max(box.x, 0), width);
  const y = Math.min(Math.max(box.y, 0), height);
  const right = Math.min(Math.max(box.x + box.width, 0), width);
  const bottom = Math.min(Math.max(box.y + box.height, 0), height);
  return { ...box, x, y, width: right - x, height: bottom - y };
}
