/** Diagnostics of detection outputs. */
import type { DiagnosticEntry } from './diagnostic.ts';

export const detectDiagnostics = {
  'detect/head-width': {
    severity: 'error',
    message: 'this head has {found} channels, but its anchors need {needs}',
    explain:
      'A YOLO head predicts x, y, w, h and objectness for each anchor, and with more than one class a score per class: anchors · (5 + classes) channels.',
    bad: 'net N {\n  in x: rgb 32x32\n  y = x -> conv(12, 3, stride = 4, pad = same)\n  out z: detect(classes = ["face"]) {\n    branch y anchors [(1, 1), (2, 2)]\n  }\n}',
    good: 'net N {\n  in x: rgb 32x32\n  y = x -> conv(10, 3, stride = 4, pad = same)\n  out z: detect(classes = ["face"]) {\n    branch y anchors [(1, 1), (2, 2)]\n  }\n}',
  },
  'detect/stride': {
    severity: 'error',
    message: 'the cells of this head do not tile the input: {head} over {input}',
    explain:
      'Boxes are placed by cells. A cell has to be the same whole number of pixels in both directions.',
    bad: 'net N {\n  in x: rgb 33x33\n  y = x -> conv(10, 3, stride = 4, pad = same)\n  out z: detect(classes = ["face"]) {\n    branch y anchors [(1, 1), (2, 2)]\n  }\n}',
    good: 'net N {\n  in x: rgb 32x32\n  y = x -> conv(10, 3, stride = 4, pad = same)\n  out z: detect(classes = ["face"]) {\n    branch y anchors [(1, 1), (2, 2)]\n  }\n}',
  },
  'detect/classes-count': {
    severity: 'error',
    message: 'detect has {classes} classes, but there are {names} names for them',
    explain:
      '`classes` may be their number, and `of` their names: then there is one name per class. Where there are names the number can be left out.',
    bad: 'net N {\n  in x: rgb 32x32\n  y = x -> conv(7, 3, stride = 4, pad = same)\n  out z: detect(classes = 3) of ["cat", "dog"] {\n    branch y\n  }\n}',
    good: 'net N {\n  in x: rgb 32x32\n  y = x -> conv(7, 3, stride = 4, pad = same)\n  out z: detect(classes = 2) of ["cat", "dog"] {\n    branch y\n  }\n}',
  },
  'detect/cell-size': {
    severity: 'error',
    message: 'the cells of this head are {cell} pixels wide, but its stride says {written}',
    explain:
      'The stride of a branch is the size of its cells in pixels of the input. It follows from the net; written, it is checked.',
    bad: 'net N {\n  in x: rgb 32x32\n  y = x -> conv(10, 3, stride = 4, pad = same)\n  out z: detect(classes = ["face"]) {\n    branch y anchors [(1, 1), (2, 2)] with stride = 8\n  }\n}',
    good: 'net N {\n  in x: rgb 32x32\n  y = x -> conv(10, 3, stride = 4, pad = same)\n  out z: detect(classes = ["face"]) {\n    branch y anchors [(1, 1), (2, 2)] with stride = 4\n  }\n}',
  },
  'detect/not-a-map': {
    severity: 'error',
    message: 'a detection head is a feature map [H, W, C], but this is {shape}',
    explain: 'Each place of the map predicts the boxes whose centre lies in it.',
    bad: 'net N {\n  in x: rgb 32x32\n  y = x -> conv(10, 3, stride = 4, pad = same) -> gap\n  out z: detect(classes = ["face"]) {\n    branch y anchors [(1, 1), (2, 2)]\n  }\n}',
    good: 'net N {\n  in x: rgb 32x32\n  y = x -> conv(10, 3, stride = 4, pad = same)\n  out z: detect(classes = ["face"]) {\n    branch y anchors [(1, 1), (2, 2)]\n  }\n}',
  },
  'detect/no-branch': {
    severity: 'error',
    message: 'detect needs at least one branch',
    explain: '`branch head anchors [(w, h), …]` names a feature map and the anchors of its cells.',
    bad: 'net N {\n  in x: rgb 32x32\n  y = x -> conv(10, 3)\n  out z: tensor(y)\n  out d: detect(classes = ["face"]) {\n    nms { iou = 0.4 }\n  }\n}',
    good: 'net N {\n  in x: rgb 32x32\n  y = x -> conv(10, 3, stride = 4, pad = same)\n  out z: detect(classes = ["face"]) {\n    branch y anchors [(1, 1), (2, 2)]\n  }\n}',
  },
} as const satisfies Record<string, DiagnosticEntry>;
