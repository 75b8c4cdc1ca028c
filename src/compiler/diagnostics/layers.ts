/**
 * Diagnostics that operators report about one layer and its input (`Problem`s): the shape rules of each layer. What two places of a net
 * disagree about is in `shape.ts`.
 */
import type { DiagnosticEntry } from './diagnostic.ts';

export const layerDiagnostics = {
  'shape/nothing-left': {
    severity: 'error',
    message: 'nothing is left for this {layer}: a {window} cannot fit into {input}',
    explain:
      'A window of f pixels slides over n pixels with padding p and stride s and gives `floor((n + 2p − f)/s) + 1` positions. ' +
      'Here the input has become smaller than the window, usually because of many strides and pools before it. ' +
      'Pad the layer, remove a pool or a stride, or use a larger input.',
    bad: 'net N {\n  in x: f32[2, 2, 64]\n  y = x -> conv(8, 3)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[2, 2, 64]\n  y = x -> conv(8, 3, pad = same)\n  out z: tensor(y)\n}',
  },
  'shape/needs-vector': {
    severity: 'error',
    message: '{layer} needs a vector, but this is a feature map {shape}',
    explain:
      'A fully connected layer reads one vector [C]. Between feature maps and it stands either `gap`, which averages each channel over all ' +
      'places (few parameters, usual for classification), or `flatten`, which keeps every place (many parameters).',
    bad: 'net N {\n  in x: f32[7, 7, 512]\n  y = x -> dense(10)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[7, 7, 512]\n  y = x -> gap -> dense(10)\n  out z: tensor(y)\n}',
  },
  'shape/needs-map': {
    severity: 'error',
    message: '{layer} needs a feature map, but this is {what}',
    explain:
      'Convolutions and pools slide a window over the spatial axes: L in 1-D, H and W in 2-D, D, H and W in 3-D. The last axis holds the ' +
      'channels C. A vector has no places to slide over: use `dense`, or `reshape` it to a feature map.',
    bad: 'net N {\n  in x: f32[12]\n  y = x -> conv(8, 3)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[12, 1]\n  y = x -> conv(8, 3)\n  out z: tensor(y)\n}',
  },
  'shape/kernel-rank': {
    severity: 'error',
    message: 'this {layer} gives {given} for {option}, but its input has {needs}',
    explain:
      'Operators have no 1-D, 2-D or 3-D versions: the rank comes from the input. Write one number, which means the same on every axis, or ' +
      'one size per axis: `3x3` for [H, W, C], `1x3x3` for [D, H, W, C].',
    bad: 'net N {\n  in x: f32[16, 16, 3]\n  y = x -> conv(8, 1x3x3)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[16, 16, 3]\n  y = x -> conv(8, 3)\n  out z: tensor(y)\n}',
  },
  'shape/groups-divide': {
    severity: 'error',
    message: '{groups} groups do not divide the {channels} {side} channels of this {layer}',
    explain:
      'A grouped convolution splits its input channels and its output channels into equal groups, so the number of groups divides both. ' +
      'One group per channel is a depthwise convolution: `dwconv`.',
    bad: 'net N {\n  in x: f32[8, 8, 6]\n  y = x -> conv(8, 3, groups = 4)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[8, 8, 6]\n  y = x -> conv(8, 3, groups = 2)\n  out z: tensor(y)\n}',
  },
  'shape/branch-mismatch': {
    severity: 'error',
    message: 'these branches cannot be {verb}: they end with different shapes',
    explain:
      'Branches are combined place by place. An axis that only one of them has is repeated (a vector [C] is added to every place of ' +
      '[H, W, C]), and so is an axis of size 1; every other size has to agree. In a residual block the shortcut has to do what the main ' +
      'branch does to H, W and C, usually by a 1x1 convolution with the same stride.',
    bad: 'net N {\n  in x: f32[8, 8, 4]\n  y = x -> add {\n    main: conv(6, 3, pad = same)\n    skip: identity\n  }\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[8, 8, 4]\n  y = x -> add {\n    main: conv(4, 3, pad = same)\n    skip: identity\n  }\n  out z: tensor(y)\n}',
  },
  'shape/pad-too-large': {
    severity: 'error',
    message:
      'this {layer} pads {pad} pixels, but its window spans only {span}: some windows would see nothing but padding',
    explain:
      'A pool takes the maximum or the mean of the pixels in its window. A window that lies wholly in the padding has none, so the padding on ' +
      'each side must be smaller than the window. Half the window (`pad = same`) is usual.',
    bad: 'net N {\n  in x: f32[8, 8, 4]\n  y = x -> maxpool(2, pad = 2)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[8, 8, 4]\n  y = x -> maxpool(2, pad = 1)\n  out z: tensor(y)\n}',
  },
  'shape/no-such-axis': {
    severity: 'error',
    message: '{layer} works along {axis}, but {shape} has no such axis: its axes are {axes}',
    explain:
      'Axes have names: C for channels, L in 1-D, H and W in 2-D, D, H and W in 3-D. An operator that works along an axis needs one of ' +
      'those that its input has.',
    bad: 'net N {\n  in x: f32[8, 8, 4]\n  y = x -> softmax(axis = L)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[8, 8, 4]\n  y = x -> softmax(axis = C)\n  out z: tensor(y)\n}',
  },
  'layer/needs-channels': {
    severity: 'error',
    message: 'this conv does not say how many channels it makes',
    explain:
      'The first option of a convolution is the number of its kernels, which is the number of channels it makes: `conv(64, 3)`. Only a ' +
      'fixed kernel (`conv(kernel = Sobel)`) is applied to each channel and needs no number.',
    bad: 'net N {\n  in x: f32[8, 8, 4]\n  y = x -> conv(kernel = 3)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[8, 8, 4]\n  y = x -> conv(16, kernel = 3)\n  out z: tensor(y)\n}',
  },
  'shape/reflects-too-far': {
    severity: 'error',
    message: 'a border of {pad} cannot mirror {axis}, which has only {size}',
    explain:
      'A mirrored border repeats the inside without its edge, so it has to be smaller than the axis. Use `mode = edge` or a smaller border.',
    bad: 'net N {\n  in x: f32[2, 2, 3]\n  y = x -> pad(2, mode = reflect)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[2, 2, 3]\n  y = x -> pad(1, mode = reflect)\n  out z: tensor(y)\n}',
  },
  'shape/crops-everything': {
    severity: 'error',
    message: 'crop takes {amount} from {axis} of {input}, which has only {size}',
    explain: 'A crop cuts elements from both sides of an axis; something has to remain.',
    bad: 'net N {\n  in x: f32[4, 4, 3]\n  y = x -> crop(2)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4, 4, 3]\n  y = x -> crop(1)\n  out z: tensor(y)\n}',
  },
  'shape/slice-range': {
    severity: 'error',
    message: 'slice keeps {begin}..{end} of {axis}, which has {size}',
    explain:
      'A slice keeps the elements from its begin up to, not including, its end. Both count from 0; negative numbers count from the end.',
    bad: 'net N {\n  in x: f32[4, 4, 3]\n  y = x -> slice(C = (0, 5))\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4, 4, 3]\n  y = x -> slice(C = (0, 2))\n  out z: tensor(y)\n}',
  },
  'shape/parts-divide': {
    severity: 'error',
    message: '{axis} has {size} elements, which {parts} equal parts do not divide',
    explain: 'Split makes parts of equal size. For unequal parts use `slice`.',
    bad: 'net N {\n  in x: f32[4, 4, 6]\n  y = x -> split(4, 0)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4, 4, 6]\n  y = x -> split(3, 0)\n  out z: tensor(y)\n}',
  },
  'shape/no-such-part': {
    severity: 'error',
    message: 'there is no part {part} of {parts}: they are numbered from 0 to {last}',
    explain: 'Parts are counted from 0.',
    bad: 'net N {\n  in x: f32[4, 4, 6]\n  y = x -> split(2, 2)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4, 4, 6]\n  y = x -> split(2, 1)\n  out z: tensor(y)\n}',
  },
  'shape/element-count': {
    severity: 'error',
    message: '{from} has {before} elements and {to} has {after}: reshape keeps their number',
    explain:
      'Reshape gives the same elements another shape. Write -1 for one of the sizes, and it follows from the others.',
    bad: 'net N {\n  in x: f32[4, 4, 6]\n  y = x -> reshape(4x5x6)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4, 4, 6]\n  y = x -> reshape(16x6)\n  out z: tensor(y)\n}',
  },
  'shape/axis-taken': {
    severity: 'error',
    message: '{shape} already has an axis {axis}',
    explain: 'Each axis of a value has its own name, which is how values line up.',
    bad: 'net N {\n  in x: f32[4, 4, 6]\n  y = x -> rename(H, W)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4, 4, 6]\n  y = x -> rename(H, M)\n  out z: tensor(y)\n}',
  },
  'shape/axis-twice': {
    severity: 'error',
    message: '{layer} is given the axis {axis} twice',
    explain: 'A layer that works over several axes names each of them once, in any order.',
    bad: 'net N {\n  in x: f32[4, 5, 6]\n  y = x -> mean([H, H])\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4, 5, 6]\n  y = x -> mean([H, W])\n  out z: tensor(y)\n}',
  },
  'shape/axes-count': {
    severity: 'error',
    message: '{to} has {sizes}, but {names}',
    explain:
      'Every axis has a name. Up to four sizes have theirs by themselves: [C], [L, C], [H, W, C] and [D, H, W, C]; others are named by `axes`, one name for each size.',
    bad: 'net N {\n  in x: f32[4, 4, 6]\n  y = x -> reshape(16x6, axes = [H])\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4, 4, 6]\n  y = x -> reshape(16x6, axes = [H, C])\n  out z: tensor(y)\n}',
  },
  'shape/open-sizes': {
    severity: 'error',
    message: 'reshape leaves {count} sizes open ({dims}): only one can follow from the others',
    explain:
      'The number of elements stays, so one size follows from all the others; two could be shared out in many ways.',
    bad: 'net N {\n  in x: f32[4, 4, 6]\n  y = x -> reshape([-1, -1])\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4, 4, 6]\n  y = x -> reshape([-1, 6])\n  out z: tensor(y)\n}',
  },
  'layer/no-effect': {
    severity: 'error',
    message: '{option} of {layer} has no effect {where}',
    explain:
      'Some options mean something only beside others: a fixed filter is applied to every channel as it is, so it has no number of output channels, groups, bias or initialiser of its own; the value of a border is seen only where the border shows a value.',
    bad: 'filter Edge = [[1, 0, -1], [2, 0, -2], [1, 0, -1]]\nnet N {\n  in x: f32[8, 8, 4]\n  y = x -> conv(kernel = Edge, bias = true)\n  out z: tensor(y)\n}',
    good: 'filter Edge = [[1, 0, -1], [2, 0, -2], [1, 0, -1]]\nnet N {\n  in x: f32[8, 8, 4]\n  y = x -> conv(kernel = Edge)\n  out z: tensor(y)\n}',
  },
  'shape/axes-order': {
    severity: 'error',
    message: 'transpose needs every axis once ({axes}), but got {given}',
    explain: 'A transpose puts all axes of its input into another order.',
    bad: 'net N {\n  in x: f32[4, 5, 6]\n  y = x -> transpose([W, C])\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4, 5, 6]\n  y = x -> transpose([W, H, C])\n  out z: tensor(y)\n}',
  },
  'shape/block-divides': {
    severity: 'error',
    message: '{layer} makes blocks of {block}, which do not divide {axis} = {size}',
    explain:
      'Blocks of pixels become channels, or channels blocks of pixels; only whole blocks can. Pad or resize before it, or use another block size.',
    bad: 'net N {\n  in x: f32[5, 4, 3]\n  y = x -> space_to_depth(2)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[6, 4, 3]\n  y = x -> space_to_depth(2)\n  out z: tensor(y)\n}',
  },
  'layer/needs-size': {
    severity: 'error',
    message: 'this resize does not say to which size',
    explain: 'Give the new sizes, `resize(64x64)`, or a whole factor, `resize(scale = 2)`.',
    bad: 'net N {\n  in x: f32[4, 4, 3]\n  y = x -> resize(grid = corners)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4, 4, 3]\n  y = x -> resize(8x8)\n  out z: tensor(y)\n}',
  },
  'shape/needs-indices': {
    severity: 'error',
    message: 'embedding looks numbers up in a table, but this is a feature map {shape}',
    explain:
      'The input of an embedding holds whole numbers without a channel axis, one for each place: `i32[L]`.',
    bad: 'net N {\n  in x: f32[8, 8, 3]\n  y = x -> embedding(10, 4)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: i32[8]\n  y = x -> embedding(10, 4)\n  out z: tensor(y)\n}',
  },
  'shape/sum-mismatch': {
    severity: 'error',
    message: 'matmul sums over {axis}, which has {left} elements on one side and {right} on the other',
    explain:
      'A matrix product multiplies the elements along an axis pairwise and adds them up, so both values need the same number of them.',
    bad: 'net N {\n  in a: f32[4, 8]\n  in b: f32[5, 6]\n  y = matmul(a, b -> rename(L, M))\n  out z: tensor(y)\n}',
    good: 'net N {\n  in a: f32[4, 8]\n  in b: f32[5, 8]\n  y = matmul(a, b -> rename(L, M))\n  out z: tensor(y)\n}',
  },
  'shape/shared-axis': {
    severity: 'error',
    message: 'both {a} and {b} keep an axis {axis}: the product would have it twice',
    explain:
      'A matrix product keeps every axis of both values except those it sums over, and an axis occurs once in a value. Rename one of them.',
    bad: 'net N {\n  in a: f32[4, 8]\n  in b: f32[5, 8]\n  y = matmul(a, b)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in a: f32[4, 8]\n  in b: f32[5, 8]\n  y = matmul(a, b -> rename(L, M))\n  out z: tensor(y)\n}',
  },
} as const satisfies Record<string, DiagnosticEntry>;
