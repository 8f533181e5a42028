import type { EngineInfo } from '../../artifacts/training-log/training-log.js';
import type { Network } from '../../networks/network.js';
import type { Model } from '../../workloads/models/model.js';
import type { Dataset } from '../../workloads/workload.js';

export type InputOutput = Pick<Dataset, 'inputShape' | 'classes'>;

/** What computes logits and gradients. */
export interface Engine {
  /** Engine, back end, kernel, threads and version, as training logs name them. */
  readonly info: EngineInfo;
  /** SHA-256 of its machine code where that is ours, or its name and version. */
  readonly build: string;
  /**
   * The model with buffers for at most `capacity` examples; the caller disposes of it.
   * @throws E_ENGINE naming the first layer that this engine cannot run, or a model that is not made of layers
   */
  createNetwork(model: Model, data: InputOutput, capacity: number): Network;
}
