/**
 * A network as a person would draw it: boxes (a layer with what follows it: convolution, batch norm, ReLU), nested in groups (the
 * blocks of the `.cnn` file), joined by edges that carry shapes. Plain JSON: the HTML page holds it and lays it out again.
 */
export type BoxKind =
  'input' | 'output' | 'conv' | 'depthwise' | 'dense' | 'pool' | 'merge' | 'shape' | 'other';

export interface Box {
  readonly id: string;
  readonly kind: BoxKind;
  /** First line: `conv 3x3 /2`. */
  readonly title: string;
  /** What follows in the same box: `bn`, `relu`. */
  readonly tail: readonly string[];
  /** Output channels (for the width) and shape (for edges and tooltips). */
  readonly channels: number;
  readonly shape: string;
  readonly params: number;
  readonly macs: number;
  /** Groups around it, outermost first; ids are path prefixes. */
  readonly groups: readonly string[];
  /** Weight path, for tooltips. */
  readonly path: string;
}

export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly shape: string;
}

export interface Diagram {
  readonly title: string;
  readonly boxes: readonly Box[];
  readonly edges: readonly Edge[];
  readonly direction: 'down' | 'right';
}
