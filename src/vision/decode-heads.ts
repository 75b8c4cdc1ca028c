/** The runtime's decoder of `detect` outputs: raw heads → labelled boxes in pixels of the photo. */
import type { DetectDecoder } from '../runtime/output.ts';
import type { Detection } from './box.ts';
import { detect } from './detect.ts';

/** Give it to a program (`detect: decodeHeads`); the boxes are on the photo of the run, best first. */
export const decodeHeads: DetectDecoder = ({ heads }, { classes, nms }, seen): readonly Detection[] => {
  const size = { width: 1, height: 1 };
  const { input, image, fit } = seen ?? { input: size, image: size, fit: 'stretch' as const };
  const branches = heads.map(({ data, shape, anchors }) => {
    const [rows = 1, columns = 1] = shape;
    return { data, rows, columns, anchors, classes };
  });
  return detect(branches, { nms, input, image, fit });
};
