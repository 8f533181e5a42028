import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { writeFileAtomic } from '../src/artifacts/files.js';
import { schemaVersionOf } from '../src/artifacts/shared/common.js';
import { policyId } from '../src/artifacts/shared/hash.js';
import { policySchema, type Policy } from '../src/artifacts/policy/policy.js';
import { prettyJson } from '../src/formats/pretty-json.js';
import { policyTestVectors } from '../src/schedules/index.js';
import { INVALID_POLICIES } from './policy-corpus/invalid.js';

type Control = Policy['controls'][string];
type Guards = Control['guards'];

const guards = (min: number, max: number, change: Partial<Guards> = {}): Guards => ({
  min,
  max,
  max_up_ratio_per_update: 1.25,
  max_down_ratio_per_update: 2,
  warmup_updates: 0,
  ...change,
});

const log = (values: readonly number[]): number[] => values.map((value) => Math.log(value));

const shared = {
  kind: 'policy',
  schema_version: schemaVersionOf('policy'),
  requires: [],
  policy_id: '',
  fallback: { on: ['missing', 'nan', 'inf', 'out_of_support', 'negative'], max_consecutive_missing: 2 },
  support: {},
  optimizer: { name: 'sgd' },
  batch_size: 64,
  objective: {},
  attack: null,
  provenance: { tool: 'hjb-lr', tool_version: '0.2.0' },
  tests: [],
};

/** Two states, three controls, a warm-up, the ratchet clip, late losses, time that scales. */
const feedback = {
  ...shared,
  name: 'feedback over two states',
  form: 'feedback_table',
  time: { unit: 'update', horizon: 60, stretch: 'scale' },
  input: { metric: 'train_robust_loss', cadence_updates: 1, max_age_updates: 3 },
  filter: {
    kind: 'slow_noise_memory',
    parameters: {
      floor: 0.4,
      slow_rate: 0.12,
      slow_exponent: 2.3,
      noise_gain: 0.9,
      memory_rate: 2.2,
      slow_process_deviation: 0.05,
      noise_process_deviation: 0.1,
      observation_deviation: 0.15,
      rate_scale: 0.5,
    },
    initial: { mean: log([1.9, 0.05]), covariance: [[0.05, 0.001], [0.001, 0.1]] }, // prettier-ignore
  },
  controls: {
    learning_rate: {
      unit: 'change of the weights per unit of gradient',
      table: {
        axes: [
          { name: 'time', grid: [0, 30, 60] },
          { name: 'slow', coordinate: 'log', grid: [0.3, 1, 4] },
          { name: 'noise', grid: [0.01, 0.2] },
        ],
        values: log([0.1, 0.3, 0.3, 0.5, 0.5, 0.9, 0.08, 0.2, 0.2, 0.4, 0.4, 0.8, 0.02, 0.05, 0.03, 0.07, 0.05, 0.1]),
        value_scale: 'log',
        interpolation: 'linear',
      },
      open_loop: { updates: [0, 40, 60], values: [0.35, 0.35, 0.03] },
      guards: guards(0.06, 0.6, { max_down_ratio_per_update: 1.6, warmup_updates: 8 }),
    },
    attack_eps: {
      unit: 'unit of the inputs, in the norm of the attack',
      table: {
        axes: [
          { name: 'time', grid: [0, 20, 60] },
          { name: 'slow', grid: [0.5, 2] },
          { name: 'noise', coordinate: 'log', grid: [0.02, 0.1] },
        ],
        values: [0, 0, 0, 0, 0.06, 0.08, 0.1, 0.1, 0.1, 0.12, 0.1, 0.12],
        value_scale: 'identity',
        interpolation: 'nearest',
      },
      open_loop: { updates: [0, 20], values: [0, 0.1] },
      guards: guards(0, 0.11, { max_up_ratio_per_update: 1.5 }),
    },
    attack_steps: {
      unit: 'gradient evaluations per update',
      table: null,
      open_loop: { updates: [0, 30, 60], values: [1, 3, 7] },
      guards: guards(1, 6),
    },
  },
  clip: { kind: 'ratchet', gain: 0.05 },
  support: { slow: [0.2, 6], noise: [0, 1.5] },
};

/** One state, the norm clip, no warm-up; conditions that hold the last values; refuses runs of another length. */
const lossAlone = {
  ...shared,
  name: 'feedback over the loss alone',
  form: 'feedback_table',
  time: { unit: 'update', horizon: 40, stretch: 'refuse' },
  input: { metric: 'train_loss', cadence_updates: 2, max_age_updates: 2 },
  filter: {
    kind: 'loss_alone',
    parameters: {
      floor: 0.3,
      slow_rate: 0.05,
      slow_exponent: 1.8,
      noise_gain: 0.6,
      process_deviation: 0.04,
      observation_deviation: 0.12,
      rate_scale: 0.4,
    },
    initial: { mean: log([2]), covariance: [[0.04]] },
  },
  controls: {
    learning_rate: {
      unit: 'change of the weights per unit of gradient',
      table: {
        axes: [
          { name: 'time', grid: [0, 40] },
          { name: 'excess', coordinate: 'log', grid: [0.5, 1, 2, 4] },
        ],
        values: [0.1, 0.2, 0.4, 0.5, 0.02, 0.05, 0.2, 0.4],
        value_scale: 'identity',
        interpolation: 'linear',
      },
      open_loop: { updates: [0, 40], values: [0.4, 0.05] },
      guards: guards(0.03, 0.45),
    },
  },
  clip: { kind: 'norm', maximum: 2.5 },
  support: { excess: [0.3, 5] },
  fallback: { on: ['missing', 'nan'], max_consecutive_missing: 1 },
};

/** A whole method as `recommended` writes it: every control on its open loop, kept perturbations, Schedule-Free. */
const wholeMethod = {
  ...shared,
  requires: ['whole_method', 'kept_perturbations'],
  name: 'a whole method',
  form: 'open_loop',
  time: { unit: 'update', horizon: 50, stretch: 'clamp' },
  input: null,
  filter: null,
  fallback: { on: [], max_consecutive_missing: 0 },
  controls: {
    learning_rate: {
      unit: 'change of the weights per unit of gradient',
      table: null,
      open_loop: { updates: [0, 35, 49], values: [0.8, 0.8, 0.05] },
      guards: guards(0.05, 0.8, { max_up_ratio_per_update: 1e12, max_down_ratio_per_update: 1e12, warmup_updates: 10 }),
    },
    averaging_weight: {
      unit: 'share of the average, in [0, 1]',
      table: null,
      open_loop: { updates: [0, 1, 2, 4, 9, 19, 49], values: [1, 0.9, 0.7, 0.5, 0.3, 0.15, 0.06] },
      guards: guards(0.06, 1, { max_up_ratio_per_update: 1e12, max_down_ratio_per_update: 1e12 }),
    },
    attack_step_size: {
      unit: 'unit of the inputs, in the norm of the attack',
      table: null,
      open_loop: { updates: [0, 15], values: [0.05, 0.1] },
      guards: guards(0.05, 0.1),
    },
    attack_eps: {
      unit: 'unit of the inputs, in the norm of the attack',
      table: null,
      open_loop: { updates: [0, 15], values: [0.05, 0.1] },
      guards: guards(0.05, 0.1),
    },
    batch_size: {
      unit: 'examples',
      table: null,
      open_loop: { updates: [0, 24, 25], values: [32, 32, 64] },
      guards: guards(32, 64, { max_up_ratio_per_update: 1.3 }),
    },
  },
  clip: { kind: 'ratchet', gain: 0.05 },
  optimizer: { name: 'schedule_free', weight_update_power: 1 },
  batch_size: 32,
  attack: { type: 'pgd', norm: 'Linf', eps: 0.1, steps: 1, start: 'kept' },
  whole_method: {
    name: 'recommended',
    replaces: {
      attack: { type: 'pgd', norm: 'Linf', eps: 0.1, steps: 5 },
      optimizer: { name: 'sgd' },
      horizon: 20,
      gradient_evaluations: 120,
    },
    recovery: {},
    choices: [],
  },
};

/** The state is the weight itself. */
const weights = {
  ...shared,
  requires: ['weights_state'],
  name: 'feedback over one weight',
  form: 'feedback_table',
  time: { unit: 'update', horizon: 30, stretch: 'clamp' },
  input: null,
  filter: { kind: 'weights', names: ['theta'] },
  controls: {
    learning_rate: {
      unit: 'change of the weights per unit of gradient',
      table: {
        axes: [
          { name: 'time', grid: [0, 15, 30] },
          { name: 'theta', grid: [-2, 0, 1, 3] },
        ],
        values: [0.6, 0.2, 0.1, 0.5, 0.5, 0.15, 0.08, 0.4, 0.2, 0.04, 0.02, 0.1],
        value_scale: 'identity',
        interpolation: 'linear',
      },
      open_loop: { updates: [0, 30], values: [0.3, 0.05] },
      guards: guards(0.03, 0.55),
    },
  },
  clip: null,
  support: { theta: [-1.8, 2.9] },
  fallback: { on: ['nan', 'out_of_support'], max_consecutive_missing: 0 },
};

function sealed(input: object): Policy {
  const policy = policySchema.parse(input);
  const body = { ...policy, tests: policyTestVectors(policy) };
  return { ...body, policy_id: policyId(body) };
}

/** The files of schema/policy by name: example policies with their vectors, and what every reader must refuse. */
export function policyCorpus(): Record<string, string> {
  const examples = { feedback, 'loss-alone': lossAlone, 'whole-method': wholeMethod, weights };
  return {
    ...Object.fromEntries(
      Object.entries(examples).map(([name, input]) => [`${name}.policy.json`, prettyJson(sealed(input))]),
    ),
    'invalid.json': prettyJson({ examples: INVALID_POLICIES }),
  };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const folder = process.argv[2] ?? 'schema/policy';
  for (const [name, text] of Object.entries(policyCorpus())) await writeFileAtomic(path.join(folder, name), text);
}
