import type { Method } from '../method.js';
import { createAdam } from './adam.js';
import { createAveraged } from './averaged.js';
import { createControlledSgd } from './controlled-sgd.js';
import { createDAdaptation } from './d-adaptation.js';
import type { Optimizer, OptimizerStart } from './optimizer.js';
import { createPolyak } from './polyak.js';
import { createProdigy } from './prodigy.js';
import { createScheduleFree } from './schedule-free.js';
import { createSgd } from './sgd.js';

export type { Optimizer, OptimizerStart, OptimizerState, StepRequest, StepTaken } from './optimizer.js';

/** Rules whose weights are an average already, with a weight of their own that a control may replace. */
const AVERAGING_RULES: readonly string[] = ['schedule_free'];

/**
 * The update rule of a method, fresh or from a checkpoint; averaged where an averaging weight is decided for every update and
 * the rule does not average by itself.
 */
export function createOptimizer(
  { name, ...spec }: Method['optimizer'],
  { averages, ...start }: OptimizerStart & { readonly averages: boolean },
): Optimizer {
  const rule = createRule({ name, ...spec } as Method['optimizer'], start);
  return averages && !AVERAGING_RULES.includes(name) ? createAveraged(rule, start) : rule;
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
    case 'polyak':
      return createPolyak(spec, start);
    case 'csgd':
      return createControlledSgd(spec, start);
    case 'd_adaptation':
      return createDAdaptation(spec, start);
  }
}
