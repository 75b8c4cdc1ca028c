/** The benchmarked networks: files of the stdlib and the examples, at the sizes of their papers unless said. */

export interface BenchNet {
  /** For `--net`. */
  readonly name: string;
  /** For tables. */
  readonly title: string;
  /** Relative to the project. */
  readonly file: string;
  readonly net: string;
  readonly sizes?: Readonly<Record<string, readonly number[]>>;
}

export const nets: readonly BenchNet[] = [
  { name: 'lenet5', title: 'LeNet-5', file: 'stdlib/lenet.cnn', net: 'LeNet5' },
  { name: 'faces', title: 'Face detector, 416×416', file: 'examples/faces/faces.cnn', net: 'Faces' },
  { name: 'mobilenet-v1', title: 'MobileNet-v1', file: 'stdlib/mobilenet.cnn', net: 'MobileNetV1' },
  { name: 'mobilenet-v2', title: 'MobileNet-v2', file: 'stdlib/mobilenet.cnn', net: 'MobileNetV2' },
  { name: 'resnet18', title: 'ResNet-18', file: 'stdlib/resnet.cnn', net: 'ResNet18' },
  { name: 'resnet50', title: 'ResNet-50', file: 'stdlib/resnet.cnn', net: 'ResNet50' },
  { name: 'googlenet', title: 'GoogLeNet', file: 'stdlib/googlenet.cnn', net: 'GoogLeNet' },
  { name: 'vgg16', title: 'VGG-16', file: 'stdlib/vgg.cnn', net: 'VGG16' },
  {
    name: 'yolov2',
    title: 'YOLOv2, 416×416',
    file: 'stdlib/yolo.cnn',
    net: 'YOLOv2',
    sizes: { image: [416, 416] },
  },
  { name: 'unet', title: 'U-Net, 256×256', file: 'stdlib/unet.cnn', net: 'UNet' },
  { name: 'resnet18-1d', title: 'ResNet-18 in 1-D', file: 'stdlib/signal.cnn', net: 'ResNet18_1D' },
  { name: 'resnet18-3d', title: 'ResNet-18 in 3-D', file: 'stdlib/volume.cnn', net: 'ResNet18_3D' },
];
