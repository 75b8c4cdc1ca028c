/**
 * A file of ten thousand lines: 500 blocks of five common designs, no two alike, and ten nets that use every one of them. Lines
 * are as long as those of the standard library's inception.cnn.
 */

/** The text of the file: about 20 lines a block. */
export function bigFile(blocks = 500): string {
  const names = Array.from({ length: blocks }, (_, i) => `Block${i + 1}`);
  const lines = names.flatMap((name, i) => {
    const make = designs[i % designs.length] ?? residual;
    return [`/// Number ${i + 1}, of the design "${make.name}".`, ...make(name, 16 + (i % 7) * 8), ''];
  });
  for (let i = 0; i < blocks; i += 50) lines.push(...net(`Net${i / 50 + 1}`, names.slice(i, i + 50)));
  return lines.join('\n');
}

type Design = (name: string, channels: number) => readonly string[];

const residual: Design = (name, c) => [
  `block ${name}(c = ${c}, stride = 1, slope = 0.1) {`,
  '  // Narrow, filter, and widen again; the shortcut has a projection where the channels change.',
  '  narrow   = in -> conv(c, 1, bias = false) -> bn -> leaky_relu(slope)',
  '  filtered = narrow -> conv(c, 3, stride = stride, pad = same, bias = false) -> bn -> leaky_relu(slope)',
  '  widened  = filtered -> conv(4 * c, 1, bias = false) -> bn',
  '  joined   = in -> add {',
  '    main: widened',
  '    skip: if in.C == 4 * c and stride == 1 {',
  '      identity',
  '    } else {',
  '      conv(4 * c, 1, stride = stride, bias = false) -> bn',
  '    }',
  '  } -> leaky_relu(slope)',
  '  assert joined.C == 4 * c, "the shortcut has as many channels as the sum"',
  '  joined -> repeat(2) {',
  '    conv(4 * c, 3, pad = same, bias = false) -> bn -> leaky_relu(slope)',
  '  } -> conv(c, 1)',
  '}',
];

const inception: Design = (name, c) => [
  `block ${name}(c = ${c}, pool = ${c / 2}) = concat {`,
  '  b1: conv(c, 1, bias = false) -> bn(eps = 0.001) -> relu',
  '  b3: conv(c / 2, 1, bias = false) -> bn(eps = 0.001) -> relu',
  '    -> conv(c, 3, pad = 1, bias = false) -> bn(eps = 0.001) -> relu',
  '  b5: conv(c / 4, 1, bias = false) -> bn(eps = 0.001) -> relu',
  '    -> conv(c / 2, 1x5, pad = 0x2, bias = false) -> bn(eps = 0.001) -> relu',
  '    -> conv(c / 2, 5x1, pad = 2x0, bias = false) -> bn(eps = 0.001) -> relu',
  '  // The pool keeps the size, so that the four maps fit.',
  '  bp: maxpool(3, stride = 1, pad = 1) -> conv(pool, 1, bias = false) -> bn(eps = 0.001) -> relu',
  '} -> concat {',
  '  thin: conv(c, 1, bias = false) -> bn(eps = 0.001) -> relu -> conv(c, 3, pad = 1, bias = false)',
  '  wide: conv(c, 3, pad = 1, bias = false, groups = 1)',
  '    -> bn(eps = 0.001)',
  '    -> relu',
  '    -> conv(c, 3, pad = 2, dilation = 2, bias = false)',
  '} -> bn(eps = 0.001) -> relu -> conv(c, 1)',
];

const mobile: Design = (name, c) => [
  `block ${name}(c = ${c}, factor = 4) {`,
  '  // Wide, filtered channel by channel, and narrow again without an activation.',
  '  wide     = in -> conv(factor * c, 1, bias = false) -> bn -> relu6',
  '  filtered = wide -> dwconv(3, pad = same, bias = false) -> bn -> relu6',
  '  first    = filtered -> conv(c, 1, bias = false) -> bn',
  '  second   = first -> add {',
  '    main: conv(factor * c, 1, bias = false) -> bn -> relu6',
  '      -> dwconv(3, pad = same, bias = false) -> bn -> relu6',
  '      -> conv(c, 1, bias = false) -> bn',
  '    skip: identity',
  '  }',
  '  third    = second -> add {',
  '    main: conv(factor * c, 1, bias = false) -> bn -> relu6',
  '      -> dwconv(5, pad = same, bias = false) -> bn -> relu6',
  '      -> conv(c, 1, bias = false) -> bn',
  '    skip: identity',
  '  }',
  '  third',
  '}',
];

const squeeze: Design = (name, c) => [
  `block ${name}(c = ${c}, r = 4, deep: block = relu) {`,
  '  features = in -> conv(c, 3, pad = same, bias = false) -> bn -> deep',
  '    -> conv(c, 3, pad = same, bias = false) -> bn -> deep',
  '  // How much each channel counts, from its average over the map.',
  '  gate = features -> mean([H, W]) -> dense(c / r) -> relu -> dense(c) -> sigmoid',
  '  scaled = features * gate',
  '  scaled -> each (d, i) of [1, 2, 3] as atrous {',
  '    conv(c + i, 3, pad = d, dilation = d, bias = false) -> bn -> deep',
  '  } -> conv(c, 1, bias = false) -> bn -> add {',
  '    main: if c > 32 {',
  '      conv(c / 2, 3, pad = same, bias = false) -> bn -> deep',
  '    } else {',
  '      conv(c / 2, 5, pad = same, bias = false) -> bn -> deep',
  '    } -> conv(c, 1, bias = false) -> bn',
  '    skip: identity',
  '  } -> deep',
  '}',
];

const densely: Design = (name, c) => [
  `block ${name}(c = ${c}, k = 3) {`,
  '  first  = in -> conv(c, k, pad = same, init = he_normal) -> relu',
  '  second = concat {',
  '    old: in -> conv(c / 2, 1)',
  '    new: first',
  '  } -> conv(c, k, pad = same, init = he_normal) -> relu',
  '  third  = concat {',
  '    old: first -> conv(c / 2, 1)',
  '    new: second',
  '  } -> conv(c, k, pad = same, init = he_normal) -> relu',
  '  assert third.C == c and third.H == in.H, "every layer has as many channels and places"',
  '  concat {',
  '    first: first -> conv(max(8, c / 4), 1) -> relu',
  '    second: second -> conv(max(8, c / 4), 1) -> relu',
  '    third: third -> conv(max(8, c / 4), 1) -> relu',
  '  } -> conv(c, 1) -> relu',
  '}',
];

const designs: readonly Design[] = [residual, inception, mobile, squeeze, densely];

const net = (name: string, blocks: readonly string[]): readonly string[] => [
  `/// ${blocks.length} blocks in a row.`,
  `export net ${name}(classes = 10) {`,
  '  in image: rgb 32x32 scale 1/255 mean [0.5, 0.5, 0.5] std [0.25, 0.25, 0.25]',
  '  body = image',
  ...blocks.map((block) => `    -> ${block}`),
  '  logits = body -> gap -> dense(classes)',
  '  out class: label(logits)',
  '}',
  '',
];
