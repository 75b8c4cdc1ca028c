/** Long networks in the shape of a slide: a U where they have one, else columns. No imports but of this folder: the HTML page runs this very code. */
import { bendOf, inArms } from './arms.ts';
import { inColumns, type Columns } from './columns.ts';
import { place, type Layout } from './elk.ts';
import type { Picture } from './picture.ts';
import type { Scene } from './scene.ts';

/** The scene as a picture; what flows to the right stays in one row. */
export async function arrange(scene: Scene, layout: Layout, columns: Columns = 'auto'): Promise<Picture> {
  if (scene.direction !== 'down' || columns === 1) return place(scene, layout);
  const bend = columns === 'auto' ? bendOf(scene) : undefined;
  return (bend && (await inArms(scene, bend, layout))) ?? inColumns(scene, layout, columns);
}
