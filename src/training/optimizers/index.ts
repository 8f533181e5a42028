import type { Method } from '../method.js';
import { createAdam } from './adam.js';
import { createAveraged } from './averaged.js';
import { createDAdaptation } from './d-adaptation.js';
import type { Optimizer, OptimizerStart } from './optimizer.js';
import { createProdigy } from './prodigy.js';
import { createScheduleFree } from './schedule-free.js';
import { createSgd } from './sgd.js';

export type { Optimizer, OptimizerStart, OptimizerState, StepRequest, StepTaken } from './optimizer.js';

/** The update rule of a method with its averaging, fresh or from a checkpoint. */
export function createOptimizer(
  { optimizer, averaging }: Pick<Method, 'optimizer' | 'averaging'>,
  start: OptimizerStart,
): Optimizer {
  const rule = createRule(optimizer, start);
  return averaging === null ? rule : createAveraged(rule, averaging, start);
}

function createRule(spec: Method['optimizer'], start: OptimizerStart): Optimizer {
  switch (spec.name) {
    case 'sgd':
      return createSgd(spec, start);
    case 'schedule_free':
      return createScheduleFree(spec, start);
    case 'adam':
      return createAdam(spec, start);
    case 'prodigy':
      return createProdigy(spec, start);
    case 'd_adaptation':
      return createDAdaptation(spec, start);
  }
}
