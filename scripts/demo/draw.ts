/** Draws labelled boxes on a photo: the picture that `npm run demo` writes. */
import { createCanvas, GlobalFonts, type Image } from '@napi-rs/canvas';
import { fileURLToPath } from 'node:url';
import type { Detection } from '../../src/vision/index.ts';

const font = fileURLToPath(import.meta.resolve('@fontsource/inter/files/inter-latin-600-normal.woff2'));
GlobalFonts.registerFromPath(font, 'cnnc');

const accent = '#00e5a0';

/** PNG bytes of the photo with every detection framed and scored. Line width and text follow the photo's size. */
export function annotate(photo: Image, detections: readonly Detection[]): Buffer {
  const canvas = createCanvas(photo.width, photo.height);
  const g = canvas.getContext('2d');
  const unit = Math.max(photo.width, photo.height) / 480;
  g.drawImage(photo, 0, 0);
  g.lineWidth = 2 * unit;
  g.lineJoin = 'round';
  g.font = `${Math.round(9 * unit)}px cnnc`;
  g.textBaseline = 'middle';
  for (const found of detections) {
    const text = `${found.label} ${found.score.toFixed(2)}`;
    const height = 14 * unit;
    const width = g.measureText(text).width + 8 * unit;
    const top = found.y >= height ? found.y - height : found.y;
    g.strokeStyle = accent;
    g.strokeRect(found.x, found.y, found.width, found.height);
    g.fillStyle = accent;
    g.fillRect(found.x - g.lineWidth / 2, top, width, height);
    g.fillStyle = '#06281d';
    g.fillText(text, found.x + 3 * unit, top + height / 2);
  }
  return canvas.toBuffer('image/png');
}
