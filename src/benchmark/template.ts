import { objectiveSchema, type ExperimentInput } from '../artifacts/experiment/experiment.js';
import { asJson, type Json } from '../json.js';

/** An experiment to start from, with every choice that a user will want to make. */
export function experimentTemplate(): Json {
  const template: ExperimentInput = {
    kind: 'experiment',
    schema_version: '1.0.0',
    name: 'my experiment',
    workload: {
      data: { format: 'builtin', name: 'digits' },
      model: {
        layers: [{ type: 'flatten' }, { type: 'dense', units: 64 }, { type: 'relu' }, { type: 'dense', units: 10 }],
      },
      attack: { type: 'pgd', norm: 'Linf', eps: 0.1, steps: 5 },
    },
    objective: objectiveSchema.parse({}),
    batch_size: 32,
    horizon: 800,
    seeds: [1, 2, 3],
    pilot: { peak: { method: 'd_adaptation', multiple: 1.3 } },
    benchmark: { fixed_rates: [0.05, 0.1, 0.2, 0.4, 0.8, 1.6] },
  };
  return asJson(template);
}
