import type { Method } from '../method.js';
import { createDAdaptation } from './d-adaptation.js';
import type { Optimizer, OptimizerState } from './optimizer.js';
import { createScheduleFree } from './schedule-free.js';
import { createSgd } from './sgd.js';

export { dot, norm, type Optimizer, type OptimizerState } from './optimizer.js';

/** The update rule of a method, fresh or from a checkpoint. */
export function createOptimizer(
  spec: Method['optimizer'],
  initial: readonly Float32Array[],
  shapes: readonly (readonly number[])[],
  resumed: OptimizerState | null,
): Optimizer {
  switch (spec.name) {
    case 'sgd':
      return createSgd(spec, initial, shapes, resumed);
    case 'schedule_free':
      return createScheduleFree(spec, initial, shapes, resumed);
    case 'd_adaptation':
      return createDAdaptation(spec, initial, shapes, resumed);
  }
}
