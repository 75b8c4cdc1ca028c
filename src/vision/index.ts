/** What surrounds a network: boxes, overlap, suppression, decoding of detector heads. No dependencies. */
export { area, boxAround, clip, intersection, iou, type Box, type Detection } from './box.ts';
export { decodeHeads } from './decode-heads.ts';
export { detect, type DetectOptions } from './detect.ts';
export { place, toImage, type Fit, type Placement, type Size } from './letterbox.ts';
export { nonMaxSuppression, type NmsOptions } from './nms.ts';
export { decodeYolo, valuesPerAnchor, type YoloHead } from './yolo.ts';
