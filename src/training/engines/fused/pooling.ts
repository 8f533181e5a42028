import type { Arena } from './arena.js';
import type { Activation } from './image.js';
import type { FusedExports } from './module.js';
import type { Between, PlacedStep } from './product.js';
import type { PoolStep } from './steps.js';

/** @param capacity - examples of a batch at most */
export function placePool(arena: Arena, step: PoolStep, { inputs, outputs }: Between, capacity: number): PlacedStep {
  const [height, width, channels] = step.output;
  const [x, y] = [inputs.layout, outputs.layout];
  const at = arena.integers([
    ...[height, width, channels, step.size, step.stride * x.rowBytes, step.stride * x.pixelBytes],
    ...[x.rowBytes, x.exampleBytes, y.rowBytes, y.exampleBytes],
  ]);
  const placed = { at, x: x.offset(0, 0), y: y.offset(0, 0), inputs, outputs };
  return step.kind === 'max_pool' ? maxPool(arena, placed, step, capacity) : meanPool(placed, step);
}

/** The block `Pool` of assembly/layout.ts, and the offsets of the first pixels. */
interface PlacedPool {
  readonly at: number;
  readonly x: number;
  readonly y: number;
  readonly inputs: Activation;
  readonly outputs: Activation;
}

function maxPool(
  arena: Arena,
  { at, x, y, inputs, outputs }: PlacedPool,
  { output, isRelu }: PoolStep,
  capacity: number,
): PlacedStep {
  const values = output[0] * output[1] * output[2];
  const indices = arena.numbers(capacity * values);
  return {
    forward(run, first, examples) {
      run.maxPool(at, inputs.values(first) + x, outputs.values(first) + y, indices + 4 * values * first, examples);
      if (isRelu) run.applyRelu(outputs.values(first), examples * outputs.layout.exampleBytes);
    },
    inputGradient(run, first, examples) {
      clear(run, inputs, first, examples);
      // The largest of relus is positive where its own input was.
      const mask = inputs.isRelu ? outputs.values(first) + y : 0;
      const [from, to] = [outputs.gradients(first) + y, inputs.gradients(first) + x];
      run.maxPoolGradient(at, from, mask, indices + 4 * values * first, to, examples);
    },
  };
}

function meanPool({ at, x, y, inputs, outputs }: PlacedPool, { isRelu }: PoolStep): PlacedStep {
  return {
    forward(run, first, examples) {
      run.meanPool(at, inputs.values(first) + x, outputs.values(first) + y, examples);
      if (isRelu) run.applyRelu(outputs.values(first), examples * outputs.layout.exampleBytes);
    },
    inputGradient(run, first, examples) {
      clear(run, inputs, first, examples);
      run.meanPoolGradient(at, outputs.gradients(first) + y, inputs.gradients(first) + x, examples);
      if (!inputs.isRelu) return;
      run.applyMask(inputs.gradients(first), inputs.mask(first), examples * inputs.layout.exampleBytes);
    },
  };
}

function clear(run: FusedExports, images: Activation, first: number, examples: number): void {
  run.fillZero(images.gradients(first), examples * images.layout.exampleBytes);
}
