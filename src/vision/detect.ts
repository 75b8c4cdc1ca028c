/** From the heads of a detector to labelled boxes in image pixels: decode every branch, suppress, place on the image, clip. */
import { area, clip, type Detection } from './box.ts';
import { nonMaxSuppression, type NmsOptions } from './nms.ts';
import { place, toImage, type Fit, type Size } from './letterbox.ts';
import { decodeYolo, type YoloHead } from './yolo.ts';

export interface DetectOptions {
  readonly nms: NmsOptions;
  /** The network's input, in pixels. */
  readonly input: Size;
  /** The photo that was fitted into it. */
  readonly image: Size;
  readonly fit: Fit;
}

/** Detections on the photo, best first; none that lies beside it, where the input is padded. */
export function detect(heads: readonly YoloHead[], options: DetectOptions): readonly Detection[] {
  const placement = place(options.image, options.input, options.fit);
  const candidates = heads.flatMap((head) => decodeYolo(head, options.nms.score));
  return nonMaxSuppression(candidates, options.nms)
    .map((found) => clip(toImage(found, options.input, placement), options.image.width, options.image.height))
    .filter((found) => area(found) > 0);
}
