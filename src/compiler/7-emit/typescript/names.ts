/** Identifiers of emitted code: spelling by the conventions of TypeScript, and uniqueness within a scope. */

const reserved = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends false ' +
    'finally for function if implements import in instanceof interface let new null package private protected public ' +
    'return static super switch this throw true try typeof undefined var void while with yield'
  ).split(' '),
);

/** `stage[0].unit1.conv` → `stage0Unit1Conv`; what cannot start an identifier gets a `_`. */
export function camelCase(name: string): string {
  const words = name.split(/[^A-Za-z0-9$]+/).filter((word) => word !== '');
  const joined = words.map((word, i) => (i === 0 ? lowerFirst(word) : upperFirst(word))).join('');
  return /^[A-Za-z_$]/.test(joined) ? joined : `_${joined}`;
}

/** `lenet5` → `Lenet5`, `ResNet18` unchanged. */
export function pascalCase(name: string): string {
  return upperFirst(camelCase(name));
}

/** `ResNet18_1D` → `resnet18-1d`: file names. */
export function fileName(name: string): string {
  return name
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .toLowerCase();
}

/** Names that are unique in one scope: `unique('conv')` gives conv, conv2, conv3 …; never a reserved word or one of `taken`. */
export function uniqueNames(taken: readonly string[] = []): (wanted: string) => string {
  const used = new Set(taken);
  return (wanted) => {
    let name = reserved.has(wanted) ? `${wanted}_` : wanted;
    for (let n = 2; used.has(name); n++) name = `${wanted}${/\d$/.test(wanted) ? '_' : ''}${n}`;
    used.add(name);
    return name;
  };
}

function upperFirst(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

/** Leading capitals count as one word: `FC1` → `fc1`, `ConvBN` → `convBN`. */
function lowerFirst(word: string): string {
  return word.replace(/^[A-Z]+(?![a-z])|^[A-Z]/, (capitals) => capitals.toLowerCase());
}
