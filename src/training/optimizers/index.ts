import type { Method } from '../method.js';
import { createDAdaptation } from './d-adaptation.js';
import type { Optimizer, OptimizerStart } from './optimizer.js';
import { createScheduleFree } from './schedule-free.js';
import { createSgd } from './sgd.js';

export type { Optimizer, OptimizerStart, OptimizerState, StepRequest, StepTaken } from './optimizer.js';
export { dot, norm } from './vectors.js';

/** The update rule of a method, fresh or from a checkpoint. */
export function createOptimizer(spec: Method['optimizer'], start: OptimizerStart): Optimizer {
  switch (spec.name) {
    case 'sgd':
      return createSgd(spec, start);
    case 'schedule_free':
      return createScheduleFree(spec, start);
    case 'd_adaptation':
      return createDAdaptation(spec, start);
  }
}
