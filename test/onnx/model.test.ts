/** The .onnx file as a file: it reads back as it was written, and its values are channels first inside. (bench/ runs it on onnxruntime.) */
import { describe, expect, test } from 'vitest';
import { emitOnnx, onnxModel } from '../../src/compiler/7-emit/onnx/index.ts';
import { decodeModel } from '../../src/compiler/7-emit/onnx/schema.ts';
import { paramPath } from '../../src/compiler/ops/build.ts';
import { paramsOf } from '../../src/weights/bind.ts';
import { compileNet } from '../tfjs/nets.ts';
import { sampleWeights } from '../tfjs/sample-graph.ts';

describe('the .onnx file', () => {
  test('reads back as it was written', async () => {
    const graph = compileNet('stdlib/lenet.cnn', 'LeNet5Rgb');
    const { graph: read, opsetImport } = await decodeModel(await emitOnnx(graph, sampleWeights));
    const { graph: written } = onnxModel(graph, sampleWeights);
    expect(opsetImport).toMatchObject([{ version: 20 }]);
    expect(read.node.map(({ opType, input, output }) => ({ opType, input, output }))).toEqual(
      written.node.map(({ opType, input, output }) => ({ opType, input, output })),
    );
    expect(read.initializer.map(({ name, dims }) => ({ name, dims }))).toEqual(
      written.initializer.map(({ name, dims }) => ({ name, dims })),
    );
    for (const [i, { rawData }] of read.initializer.entries())
      expect(Buffer.compare(rawData, written.initializer[i]?.rawData ?? new Uint8Array())).toBe(0);
  });

  test('stores every weight under its path name', () => {
    const graph = compileNet('stdlib/resnet.cnn', 'ResNet20');
    const stored = new Set(onnxModel(graph, sampleWeights).graph.initializer.map(({ name }) => name));
    expect(
      paramsOf(graph)
        .map(paramPath)
        .filter((path) => !stored.has(path)),
    ).toEqual([]);
  });

  test('transposes at the borders only', () => {
    const { node } = onnxModel(compileNet('stdlib/resnet.cnn', 'ResNet20'), sampleWeights).graph;
    expect(node.flatMap(({ opType }, i) => (opType === 'Transpose' ? [i] : []))).toEqual([0]);
  });

  test('reorders the columns of a dense layer instead of the map before its flatten', () => {
    const { node } = onnxModel(compileNet('stdlib/lenet.cnn', 'LeNet5Rgb'), sampleWeights).graph;
    expect(node.filter(({ opType }) => opType === 'Transpose')).toHaveLength(1);
  });
});
