/** What is said of a name that is none of `names`: the nearest one, or all of them. */
import { nearestNames } from '../compiler/diagnostics/nearest.ts';

/** `did you mean ResNet18?`, else `it has ResNet18, ResNet34`; `prefix` is written before what is suggested. */
export function suggestion(name: string, names: readonly string[], has = 'it has', prefix = ''): string {
  const [near] = nearestNames(name, names);
  return near === undefined ? `${has} ${names.join(', ')}` : `did you mean ${prefix}${near}?`;
}
