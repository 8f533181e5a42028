import { controlsOfSetting } from '../../src/controls/index.js';
import { resolveMethod, type MethodInput } from '../../src/training/method.js';
import { createOptimizer, type Optimizer, type OptimizerStart } from '../../src/training/optimizers/index.js';

/** The optimizer of a method, whose steps take the averaging weights of a run of that length, as training gives them. */
export function optimizerOf(method: Omit<MethodInput, 'schedule'>, start: OptimizerStart): Optimizer {
  const { optimizer, averaging } = resolveMethod({ schedule: { name: 'constant', rate: 1 }, ...method });
  const setting = { attack: null, batch_size: 1, averaging, updates: start.updates, horizon: start.updates };
  const weight = controlsOfSetting(setting).get('averaging_weight');
  const rule = createOptimizer(optimizer, { ...start, averages: weight !== undefined });
  let k = start.resumed === null ? 0 : start.resumed.numbers['test_updates'];
  return {
    ...rule,
    step: (gradient, request) => rule.step(gradient, { ...request, averagingWeight: weight?.at(k++) ?? null }),
    state() {
      const { arrays, numbers } = rule.state();
      return { arrays, numbers: { ...numbers, test_updates: k } };
    },
  };
}
