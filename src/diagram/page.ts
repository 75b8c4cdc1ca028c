/**
 * The script of the HTML page: opens and closes blocks, lays out again with ELK, zooms and pans. Bundled by
 * scripts/gen/diagram.ts into generated/view.ts.
 */
import type { Diagram } from './model.ts';
import { arrange } from './arrange.ts';
import type { Columns } from './columns.ts';
import type { Layout } from './elk.ts';
import { drawable } from './bound.ts';
import { groupIds } from './scene.ts';
import { toSvg } from './svg.ts';

declare const ELK: new () => { readonly layout: Layout };

const {
  diagram,
  columns,
  open: initial,
} = JSON.parse(element('data').textContent ?? '') as {
  diagram: Diagram;
  columns: Columns;
  open: string[];
};
const open = new Set(initial);
const view = element('view');
const elk = new ELK();
const camera = { x: 0, y: 0, scale: 1 };

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

function place(): void {
  const svg = view.querySelector('svg');
  if (svg)
    svg.style.cssText = `transform-origin: 0 0; transform: translate(${camera.x}px, ${camera.y}px) scale(${camera.scale})`;
}

/** Shows the whole drawing, unless it would be too small to read; below the buttons where they would lie over it. */
function fit(): void {
  const svg = view.querySelector('svg');
  if (!svg) return;
  const { width, height } = svg.viewBox.baseVal;
  const buttons = element('buttons').getBoundingClientRect();
  for (const top of [0, buttons.bottom]) {
    camera.scale = Math.min(
      1.25,
      view.clientWidth / width,
      Math.max((view.clientHeight - top) / height, 0.35),
    );
    camera.x = (view.clientWidth - width * camera.scale) / 2;
    camera.y = top;
    if (camera.x + width * camera.scale <= buttons.left) break;
  }
  place();
}

let shown: readonly string[] = initial;

/** Shows what is open; what it was before, and says so, where that would be too much. */
async function draw(): Promise<void> {
  const scene = drawable(diagram, open);
  element('full').hidden = scene !== undefined;
  if (!scene) {
    open.clear();
    for (const id of shown) open.add(id);
    return;
  }
  shown = [...open];
  view.innerHTML = toSvg(scene.title, await arrange(scene, (graph) => elk.layout(graph), columns));
  place();
}

/** Opens a block, or closes it with everything inside. */
function toggle(group: string): void {
  const inside = [...open].filter((id) => id === group || id.startsWith(`${group}.`));
  if (open.has(group)) inside.forEach((id) => open.delete(id));
  else open.add(group);
  void draw();
}

let dragged = 0;
view.addEventListener('pointermove', (event) => {
  if (event.buttons !== 1) return;
  dragged += Math.abs(event.movementX) + Math.abs(event.movementY);
  camera.x += event.movementX;
  camera.y += event.movementY;
  place();
});
view.addEventListener('pointerdown', () => (dragged = 0));
view.addEventListener('click', (event) => {
  const group = (event.target as Element).closest('[data-group]')?.getAttribute('data-group');
  if (group && dragged < 4) toggle(group);
});
view.addEventListener(
  'wheel',
  (event) => {
    event.preventDefault();
    const factor = Math.exp(-event.deltaY / 500);
    camera.x = event.clientX - (event.clientX - camera.x) * factor;
    camera.y = event.clientY - (event.clientY - camera.y) * factor;
    camera.scale *= factor;
    place();
  },
  { passive: false },
);
element('more').addEventListener('click', () => {
  for (const id of groupIds(diagram)) open.add(id);
  void draw().then(fit);
});
element('less').addEventListener('click', () => {
  open.clear();
  void draw().then(fit);
});
element('fit').addEventListener('click', fit);
void draw().then(fit);
