import * as tf from '@tensorflow/tfjs';
import type { Dropout, Pass, Passes } from '../../../networks/network.js';
import { tensorLogits, type TensorLogits } from '../../../workloads/tensors/layers.js';
import { isTensorModel, type Model, type TensorModel } from '../../../workloads/models/model.js';
import { concatenated, separated } from '../../weights.js';
import { tensorDropout } from './dropout.js';

/** The logits of a model in the pass that is set, and the running statistics behind them. */
export interface PassedLogits {
  readonly logits: TensorLogits;
  /** None where every pass is the same. */
  readonly passes?: Passes;
  /** None without dropout layers. */
  readonly dropout?: Dropout;
  dispose(): void;
}

export function passedLogits(model: Model): PassedLogits {
  if (isTensorModel(model)) return tensorModelLogits(model);
  const { spec, layers } = model;
  const dispose = (): void => {};
  if (!layers.some((layer) => layer.spec.type === 'dropout')) return { logits: tensorLogits(spec, layers), dispose };
  const { dropped, dropout } = tensorDropout();
  return { logits: tensorLogits(spec, layers, dropped), dropout, dispose };
}

function tensorModelLogits(model: TensorModel): PassedLogits {
  const { shapes, initialise } = model.statistics ?? { shapes: [], initialise: () => [] };
  let pass: Pass = 'inference';
  let statistics: tf.Tensor[] = [];
  /** What an update has made of them: theirs to become once its gradient is taken. */
  let moved: readonly Float32Array[] | null = null;
  const load = (arrays: readonly Float32Array[]): void => {
    tf.dispose(statistics);
    statistics = arrays.map((values, i) => tf.tensor(values.slice(), [...shapes[i]]));
    moved = null;
  };
  load(initialise());
  return {
    logits: (weights, inputs) =>
      model.logits(weights, inputs, {
        training: pass !== 'inference',
        statistics,
        moveStatistics(tensors) {
          if (pass === 'update') moved = tensors.map((tensor) => tensor.dataSync<'float32'>().slice());
        },
      }),
    passes: {
      set(next) {
        if (moved !== null) load(moved);
        pass = next;
      },
      statistics: () => concatenated(statistics.map((tensor) => tensor.dataSync<'float32'>())),
      loadStatistics: (values) => load(separated(values, shapes)),
    },
    dispose: () => tf.dispose(statistics),
  };
}
