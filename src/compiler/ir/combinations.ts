/** Every choice of one item per axis, the first axis slowest: parts, phases and regions of a map from those of its axes. */
export function combinations<Item>(axes: readonly (readonly Item[])[]): readonly (readonly Item[])[] {
  return axes.reduce<readonly (readonly Item[])[]>(
    (chosen, items) => chosen.flatMap((before) => items.map((item) => [...before, item])),
    [[]],
  );
}
