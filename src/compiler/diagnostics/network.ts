/** Diagnostics of whole nets: inputs, outputs, and the bounds of what is built (phase 3). */
import type { DiagnosticEntry } from './diagnostic.ts';

export const networkDiagnostics = {
  'network/no-incoming': {
    severity: 'error',
    message: 'nothing flows into {what} here',
    explain:
      'A layer is applied to the value before its `->`; in a block, a branch or a `repeat`, to the incoming value. At the top of a net there is none.',
    bad: 'net N {\n  in x: f32[4]\n  h = dense(3)\n  y = x -> dense(3)\n  out z: tensor(add(h, y))\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}',
  },
  'network/no-in': {
    severity: 'error',
    message: '`in` stands for nothing here: it is what flows into a block or into braces',
    explain:
      'A net has inputs with names, and its values go by these; in a block, in branches and in the braces of `if`, `repeat` and `each`, `in` is the value that flows in.',
    bad: 'net N {\n  in x: rgb 8x8\n  out z: tensor(x -> conv(in.C, 3))\n}',
    good: 'net N {\n  in x: rgb 8x8\n  out z: tensor(x -> conv(x.C, 3))\n}',
  },
  'network/lost-before-operation': {
    severity: 'error',
    message: 'what flows in here is lost: `{op}` is computed first, from what stands beside it',
    explain:
      '`->` is looser than arithmetic: `x -> conv(8, 3) + x` means `x -> (conv(8, 3) + x)`, and a sum is no layer that could read `x`. A pipeline inside of arithmetic stands in parentheses.',
    bad: 'net N {\n  in x: rgb 8x8\n  y = x -> conv(3, 3, pad = same) + x\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: rgb 8x8\n  y = (x -> conv(3, 3, pad = same)) + x\n  out z: tensor(y)\n}',
  },
  'network/goes-nowhere': {
    severity: 'warning',
    message: 'nothing reads what this line gives',
    explain:
      'A body gives its `out`, or its last line. A line before that, without a name, is computed from the incoming value and then forgotten: the next line begins from the incoming value again. So is an `out` of a block that is not its last: a block gives one value. Layers on several lines are joined by `->`.',
    bad: 'block Twice(c) {\n  conv(c, 3) -> relu\n  conv(c, 3) -> relu\n}\nnet N {\n  in x: f32[9, 9, 4]\n  y = x -> Twice(8)\n  out z: tensor(y)\n}',
    good: 'block Twice(c) {\n  conv(c, 3) -> relu\n  -> conv(c, 3) -> relu\n}\nnet N {\n  in x: f32[9, 9, 4]\n  y = x -> Twice(8)\n  out z: tensor(y)\n}',
  },
  'network/no-copies': {
    severity: 'warning',
    message: 'this {loop} goes around not once, and what flows in flows out',
    explain:
      '`repeat(0)` and `each n of []` make no layers. A number or a list that is computed, or given to a block, may be 0 or empty; one that is written down there says that the layers are not meant, or that another number was.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> repeat(0) { dense(3) -> relu }\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> repeat(2) { dense(3) -> relu }\n  out z: tensor(y)\n}',
  },
  'network/no-result': {
    severity: 'error',
    message: 'these braces give no value: {name} is the last that has a name',
    explain:
      'A block gives its `out`, or its last line where that has no name; so do the braces of `if`, `repeat` and `each`. Without either what flows in would flow out as it is.',
    bad: 'block Twice(c) {\n  a = conv(c, 3) -> relu\n  b = a -> conv(c, 3)\n}\nnet N {\n  in x: rgb 8x8\n  out z: tensor(x -> Twice(4))\n}',
    good: 'block Twice(c) {\n  a = conv(c, 3) -> relu\n  b = a -> conv(c, 3)\n  out b\n}\nnet N {\n  in x: rgb 8x8\n  out z: tensor(x -> Twice(4))\n}',
  },
  'network/no-output': {
    severity: 'error',
    message: 'the net {name} has no output',
    explain:
      '`out name: tensor(value)` says what the net gives; other kinds say what it means: `label`, `mask`, `detect` and so on.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n}\nassert N.y.C == 3',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}',
  },
  'network/cannot-slide': {
    severity: 'error',
    message: '{name} cannot slide over a larger image: {reason}',
    explain:
      '`convolutional(net, 28x28)` turns dense layers into convolutions, so that one pass over a larger image gives what the net gives for every window. That needs one input with spatial axes, and layers that do at every place what they do in a window. `in_norm` does not, as it takes mean and variance of the whole image: `bn` slides, as `ln([C])` does in place of `ln([H, W, C])`, and `mean([H, W])` in place of `mean`. A larger image is at least as large as the window; where maps of several strides meet, or `space_to_depth` cuts blocks, it is larger by a whole number of strides, and the fix rounds it up. Between `flatten` and `dense` stands only what does the same to every element; other layers go before the `flatten`, and an output has none. A squeeze-and-excitation block, whose weights each window has for itself, cannot slide: run the windows one by one.',
    bad: 'net N {\n  in image: f32[14, 14, 3]\n  y = image -> conv(8, 5) -> in_norm -> gap -> dense(4)\n  out p: tensor(y)\n}\nnet Sliding = convolutional(N, 28x28)',
    good: 'net N {\n  in image: f32[14, 14, 3]\n  y = image -> conv(8, 5, bias = false) -> bn -> gap -> dense(4)\n  out p: tensor(y)\n}\nnet Sliding = convolutional(N, 28x28)',
  },
  'network/slides-inexactly': {
    severity: 'warning',
    message:
      '{name} slides, but not exactly: padded layers ({count}) see neighbours where a window alone sees zeros',
    explain:
      'A padded layer puts zeros around a window. In one pass over a larger image the neighbouring pixels are there instead, so results differ from those of the window on its own, most near its border. Nets without padding slide exactly: without it the same weights fit a window that is larger by what the layers added, which the fix tells. A residual net cannot do without (its shortcuts would differ in size): run its windows one by one where they have to be exact, or say `// allow network/slides-inexactly because …`. Along an axis on which the larger image is as long as the window, padding changes nothing and is not reported.',
    bad: 'net N {\n  in image: f32[14, 14, 3]\n  y = image -> conv(8, 5, pad = 2) -> maxpool(2) -> gap -> dense(4)\n  out p: tensor(y)\n}\nnet Sliding = convolutional(N, 28x28)',
    good: 'net N {\n  in image: f32[14, 14, 3]\n  y = image -> conv(8, 5) -> maxpool(2) -> gap -> dense(4)\n  out p: tensor(y)\n}\nnet Sliding = convolutional(N, 28x28)',
  },
  'network/input-kind': {
    severity: 'error',
    message: '{kind} is no kind of input',
    explain: 'Inputs are images (`rgb`, `gray`, `rgba`) or numbers (`f32`, `i32`) with named or fixed sizes.',
    bad: 'net N {\n  in x: float32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}',
  },
  'network/input-rank': {
    severity: 'error',
    message: '{kind} needs {needs}, but {found} written',
    explain:
      'Images have height and width; their channels follow from the kind. Numbers have the channels last.',
    bad: 'net N {\n  in x: rgb[8]\n  y = x -> gap -> dense(3)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: rgb[8, 8]\n  y = x -> gap -> dense(3)\n  out z: tensor(y)\n}',
  },
  'network/input-default': {
    severity: 'error',
    message: 'the sizes of {name} have names, but no default to compile for',
    explain: 'A net with named sizes is checked for every size and compiled for one.',
    bad: 'net N {\n  in x: rgb[H, W]\n  y = x -> gap -> dense(3)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: rgb[H, W] = 32x32\n  y = x -> gap -> dense(3)\n  out z: tensor(y)\n}',
  },
  'network/input-size': {
    severity: 'error',
    message: '{name} has the sizes {wanted}, but {found} was given',
    explain: 'Given are either all sizes of the input or only those with a name.',
    bad: 'net N {\n  in x: f32[H, W, 4] = 32x32x3\n  y = x -> gap -> dense(3)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[H, W, 4] = 32x32x4\n  y = x -> gap -> dense(3)\n  out z: tensor(y)\n}',
  },
  'network/where': {
    severity: 'error',
    message: 'the sizes of {name} do not fulfil this: {sizes}',
    explain: '`where` says which sizes a net admits; the default has to be one of them.',
    bad: 'net N {\n  in x: rgb[H, W] = 30x30 where H % 4 == 0\n  y = x -> gap -> dense(3)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: rgb[H, W] = 32x32 where H % 4 == 0\n  y = x -> gap -> dense(3)\n  out z: tensor(y)\n}',
  },
  'network/where-nothing': {
    severity: 'error',
    message: 'no {name} from 1 to {most} fulfils all of these conditions',
    explain: 'Conditions that exclude one another admit no size: the net could not be compiled for any.',
    bad: 'net N {\n  in x: rgb[H, W] = 32x32 where H % 4 == 0, H % 4 == 2\n  y = x -> gap -> dense(3)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: rgb[H, W] = 32x32 where H % 4 == 0\n  y = x -> gap -> dense(3)\n  out z: tensor(y)\n}',
  },
  'network/where-number': {
    severity: 'error',
    message: 'no size of {input} is called {name}',
    explain:
      '`where` speaks of sizes by the names that the input gives them: `rgb[H, W] = 64x64 where H % 4 == 0`. Sizes written as numbers have none.',
    bad: 'net N {\n  in x: rgb 32x32 where H % 4 == 0\n  y = x -> gap -> dense(3)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: rgb[H, W] = 32x32 where H % 4 == 0\n  y = x -> gap -> dense(3)\n  out z: tensor(y)\n}',
  },
  'network/per-channel': {
    severity: 'error',
    message: '{word} gives {found} numbers for {channels} channels',
    explain: 'Preprocessing takes one number for all channels, or one per channel.',
    bad: 'net N {\n  in x: rgb 8x8 mean [1, 2]\n  y = x -> gap -> dense(3)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: rgb 8x8 mean [1, 2, 3]\n  y = x -> gap -> dense(3)\n  out z: tensor(y)\n}',
  },
  'network/scaled-twice': {
    severity: 'error',
    message: '{name} is scaled twice: by scale and by range',
    explain:
      '`range a..b` maps pixels of 0..255 to a..b, which is a scale of its own; after another one, pixels are no longer 0..255.',
    bad: 'net N {\n  in x: rgb 8x8 scale 1/255 range -1..1\n  y = x -> gap -> dense(3)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: rgb 8x8 range -1..1\n  y = x -> gap -> dense(3)\n  out z: tensor(y)\n}',
  },
  'network/range-falls': {
    severity: 'error',
    message: 'the range {from}..{to} falls: it would make a negative of the picture',
    explain: '`range a..b` maps black to a and white to b, so a is the smaller one.',
    bad: 'net N {\n  in x: rgb 8x8 range 1..-1\n  y = x -> gap -> dense(3)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: rgb 8x8 range -1..1\n  y = x -> gap -> dense(3)\n  out z: tensor(y)\n}',
  },
  'network/loses-input': {
    severity: 'error',
    message: '{word} gives every value of the input the same number',
    explain: 'Preprocessing that maps everything to one number leaves the net nothing to look at.',
    bad: 'net N {\n  in x: rgb 8x8 scale 0\n  y = x -> gap -> dense(3)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: rgb 8x8 scale 1/255\n  y = x -> gap -> dense(3)\n  out z: tensor(y)\n}',
  },
  'network/fit-no-picture': {
    severity: 'error',
    message: '`fit` brings pictures to a size, and {name} is {kind}',
    explain:
      '`fit` says how a photo of another size becomes one of the size of an input: `stretch`, `crop` or `pad`. Pictures are inputs of the kinds `rgb`, `gray` and `rgba`; numbers (`f32`, `i32`) come in the size that is written.',
    bad: 'net N {\n  in x: f32[8, 8, 3] fit crop\n  y = x -> gap -> dense(3)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: rgb 8x8 fit crop\n  y = x -> gap -> dense(3)\n  out z: tensor(y)\n}',
  },
  'network/output-map': {
    severity: 'error',
    message: '{kind} needs a feature map with {needs}, but this is {shape}',
    explain:
      'A picture has height, width, and 1, 3 or 4 channels (grey, colour, colour with opacity); a mask says for each place which class is there.',
    bad: 'net N {\n  in x: f32[8, 8, 3]\n  y = x -> conv(7, 3)\n  out z: image(y)\n}',
    good: 'net N {\n  in x: f32[8, 8, 3]\n  y = x -> conv(3, 3)\n  out z: image(y)\n}',
  },
  'network/input-missing': {
    severity: 'error',
    message: 'the net in this place needs a value for its input {name}',
    explain:
      'A net inside another reads the incoming value; further inputs are given in parentheses, in their order. Inputs at the end that only training reads (by `train_only` values and outputs) need not be given.',
    bad: 'net Two {\n  in a: f32[4]\n  in b: f32[4]\n  out s: tensor(add(a, b))\n}\nnet N {\n  in x: f32[4]\n  y = x -> Two\n  out z: tensor(y)\n}',
    good: 'net Two {\n  in a: f32[4]\n  in b: f32[4]\n  out s: tensor(add(a, b))\n}\nnet N {\n  in x: f32[4]\n  h = x -> dense(4)\n  y = x -> Two(h)\n  out z: tensor(y)\n}',
  },
  'network/classes-file': {
    severity: 'error',
    message: 'there is no file {path} with class names',
    explain:
      'Class names come from a list, from a text file beside this one with one name per line, or from a known list such as `imagenet`.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: label(y) of "no-such-file.txt"\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: label(y) of ["a", "b", "c"]\n}',
  },
  'network/classes-count': {
    severity: 'error',
    message: '{output} has {channels}, but {classes}',
    explain: 'One channel per class, in the order of the names.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(4)\n  out z: label(y) of ["a", "b", "c"]\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: label(y) of ["a", "b", "c"]\n}',
  },
  'network/no-classes': {
    severity: 'error',
    message: '{kind} has no classes that `of` could name',
    explain:
      '`of` gives names to scores: to those of `label`, `labels` and `mask`, one per channel, and to what `detect` finds. The other kinds of output say nothing about classes.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(2)\n  out z: tensor(y) of ["cat", "dog"]\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(2)\n  out z: label(y) of ["cat", "dog"]\n}',
  },
  'network/single-score': {
    severity: 'error',
    message: '{kind} chooses the best of several scores, but this is a single one',
    explain:
      'Among one score the first class always wins, with a probability of 1. Whether something is there or not is one probability: `prob(x)`. Two classes that exclude each other are two scores.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(1)\n  out z: label(y)\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(1)\n  out z: prob(y)\n}',
  },
  'network/class-twice': {
    severity: 'warning',
    message: 'two classes have the name {name}',
    explain:
      'What a net found is told by its name. Two classes of one name are two scores for what then looks like the same thing. One name may be missing, or the same one written again.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: label(y) of ["cat", "dog", "cat"]\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: label(y) of ["cat", "dog", "cow"]\n}',
  },
  'network/output-vector': {
    severity: 'error',
    message: '{kind} needs one vector, but this is {shape}',
    explain:
      '`label`, `labels` and `embedding` say something about the whole input. For a label per place there is `mask`.',
    bad: 'net N {\n  in x: f32[8, 8, 3]\n  y = x -> conv(4, 3)\n  out z: label(y)\n}',
    good: 'net N {\n  in x: f32[8, 8, 3]\n  y = x -> conv(4, 3) -> gap\n  out z: label(y)\n}',
  },
  'network/points-width': {
    severity: 'error',
    message: '{count} points need a vector of {needs}, but this is {found}',
    explain: 'Each point is an x and a y.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(5)\n  out z: points(y, 2)\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(4)\n  out z: points(y, 2)\n}',
  },
  'network/repeat-count': {
    severity: 'error',
    message: '{count} repetitions: the number has to be between 0 and {limit}',
    explain: 'Every repetition is a layer of its own with its own weights.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> repeat(1000000) { dense(4) }\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> repeat(10) { dense(4) -> relu }\n  out z: tensor(y)\n}',
  },
  'network/path-taken': {
    severity: 'error',
    message: 'two layers would own the weights {path}',
    explain:
      'A weight is found by its path, which is made of the names on the way to it: values, outputs, labels, `as`. Two layers of one path would be one set of weights. To share weights on purpose make an instance: `let e = Encoder(64)`.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(3) -> relu\n  out y: tensor(y -> dense(2))\n}',
    good: 'net N {\n  in x: f32[4]\n  h = x -> dense(3) -> relu\n  out y: tensor(h -> dense(2))\n}',
  },
  'network/train-only': {
    severity: 'error',
    message: '{name} exists only while training, and {reader} does not',
    explain:
      'A `train_only` value is there for a loss: the program that is built has no such layers. So only other `train_only` values and outputs, and losses, can read it.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  train_only aux = y -> dense(2)\n  out z: tensor(aux)\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> relu\n  train_only aux = y -> dense(2)\n  out z: tensor(y)\n  train_only out a: tensor(aux)\n}',
  },
  'network/too-large': {
    severity: 'error',
    message: '{whose} past {limit} {what}',
    explain: 'Nets are unrolled when they are compiled: nested repetitions multiply.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> repeat(9999) { repeat(9999) { relu } }\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> repeat(9) { repeat(9) { dense(4) -> relu } }\n  out z: tensor(y)\n}',
  },
  'network/too-many-elements': {
    severity: 'error',
    message: 'a value of {shape} is too large: at most 2^31 numbers fit',
    explain: 'The memory of a compiled net is addressed with 32 bits.',
    bad: 'net N {\n  in x: f32[70000, 70000, 3]\n  y = x -> gap -> dense(3)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[700, 700, 3]\n  y = x -> gap -> dense(3)\n  out z: tensor(y)\n}',
  },
  'network/nested-too-deep': {
    severity: 'error',
    message: 'this is nested more than {limit} levels deep',
    explain: 'Give inner parts a name: a value, or a block.',
    bad: 'let a = ------------------------------------------------------------------------------------------------------------------------------------------------------------------------------------------------------------------1\nnet N {\n  in x: f32[4]\n  y = x -> dense(a)\n  out z: tensor(y)\n}',
    good: 'let a = -(-1)\nnet N {\n  in x: f32[4]\n  y = x -> dense(a)\n  out z: tensor(y)\n}',
  },
  'network/blocks-too-deep': {
    severity: 'error',
    message: '{name} is entered more than {limit} levels deep',
    explain: 'A block that is handed itself would never end: there is no recursion between blocks.',
    bad: 'block Twice(f: block) = f(f)\nnet N {\n  in x: f32[4]\n  y = x -> Twice(Twice)\n  out z: tensor(y)\n}',
    good: 'block Same(f: block) = f -> f\nnet N {\n  in x: f32[4]\n  y = x -> Same(sigmoid)\n  out z: tensor(y)\n}',
  },
  'network/not-shared': {
    severity: 'warning',
    message: '{name} is another name of {of}: each use makes layers of its own',
    explain:
      'A `let` with a call makes one instance, which keeps one set of weights wherever it is used: `let encode = Encoder()`. Without the call it is another name of the block, as a block that is handed on (`Stage(encode, 64)`), and every use has weights of its own.',
    bad: 'block Encoder = conv(4, 3) -> relu -> gap\nnet N {\n  in a: f32[8, 8, 3]\n  in b: f32[8, 8, 3]\n  let encode = Encoder\n  p = a -> encode\n  q = b -> encode\n  out z: tensor(p - q)\n}',
    good: 'block Encoder = conv(4, 3) -> relu -> gap\nnet N {\n  in a: f32[8, 8, 3]\n  in b: f32[8, 8, 3]\n  let encode = Encoder()\n  p = a -> encode\n  q = b -> encode\n  out z: tensor(p - q)\n}',
  },
  'network/bias-before-bn': {
    severity: 'warning',
    message: 'the bias of this {layer} does nothing: the bn after it subtracts it again',
    explain:
      'Batch normalisation subtracts the mean of each channel, and a constant added before it with it. The bias costs parameters and memory and learns nothing; `bn` has its own shift.',
    bad: 'net N {\n  in x: f32[8, 8, 3]\n  y = x -> conv(4, 3) -> bn -> relu\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[8, 8, 3]\n  y = x -> conv(4, 3, bias = false) -> bn -> relu\n  out z: tensor(y)\n}',
  },
  'network/dense-twice': {
    severity: 'warning',
    message: 'two dense layers without an activation between them are one',
    explain:
      'A linear map of a linear map is a linear map: the second layer adds parameters, but nothing that one layer could not do. Where the narrow middle is wanted, say so with `// allow network/dense-twice because …`.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(8) -> dense(3)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(8) -> relu -> dense(3)\n  out z: tensor(y)\n}',
  },
  'network/softmax-twice': {
    severity: 'warning',
    message: '{what} is applied twice',
    explain:
      'Softmax of probabilities makes them nearly equal: the largest of 1000 classes can reach e/(e + 999). Outputs of kind `label` apply softmax by themselves where it is missing. The losses `crossentropy` and `bce` take scores, and have a softmax and a sigmoid of their own: of probabilities they would make nearly the same number whatever the net says.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(3) -> softmax -> softmax\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3) -> softmax\n  out z: tensor(y)\n}',
  },
  'network/dropout-before-bn': {
    severity: 'warning',
    message: 'dropout before bn changes the variance that bn relies on',
    explain:
      'While training, dropout scales up what it keeps, and so the variance; afterwards it does not, but `bn` still divides by the variance it saw (Li et al. 2018, arXiv:1801.05134). Dropout belongs behind the last `bn`.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(8) -> dropout(0.5) -> bn -> relu -> dense(3)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(8, bias = false) -> bn -> relu -> dropout(0.5) -> dense(3)\n  out z: tensor(y)\n}',
  },
  'network/relu-output': {
    severity: 'warning',
    message: 'the scores of {name} come from relu, so none can be negative',
    explain:
      'The last layer gives scores of any sign; relu sets half of them to the same 0 and stops their gradients.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(3) -> relu\n  out z: label(y)\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: label(y)\n}',
  },
  'network/which-net': {
    severity: 'error',
    message: 'this file has not one net, so it has to be said which is meant',
    explain:
      '`test "…" of Net { … }` and `budget Net { … }` name the net; where a file has one, they need not.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}\nnet M {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}\nbudget { params <= 20 }',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}\nnet M {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}\nbudget N { params <= 20 }',
  },
} as const satisfies Record<string, DiagnosticEntry>;
