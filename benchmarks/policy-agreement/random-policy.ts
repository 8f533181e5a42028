import { policyId } from '../../src/artifacts/shared/hash.js';
import type { Policy } from '../../src/policy.js';
import type { RandomStream } from '../../src/math/random.js';

type Control = Policy['controls'][string];
type Loop = Control['open_loop'];

const CONDITIONS = ['missing', 'nan', 'inf', 'out_of_support', 'negative'] as const;

/** Units and ranges of the controls that a random policy may have beside the learning rate. */
const OTHERS = {
  attack_steps: { unit: 'gradient evaluations per update', low: 1, high: 9, whole: true },
  attack_eps: { unit: 'unit of the inputs, in the norm of the attack', low: 0.01, high: 0.4, whole: false },
  batch_size: { unit: 'examples', low: 1, high: 300, whole: true },
  averaging_weight: { unit: 'share of the average, in [0, 1]', low: 0.001, high: 1, whole: false },
} as const;

const RATE = {
  unit: 'change of the weights per unit of gradient',
  low: 1e-3,
  high: 2,
  whole: false,
} as const;

type Range = (typeof OTHERS)[keyof typeof OTHERS] | typeof RATE;

/** Anything that the format allows and a run can meet: both filters or none, one to three controls, every guard, clip and stretch. */
export function randomPolicy(stream: RandomStream): Policy {
  const horizon = 1 + stream.integer(24);
  const kind = pick(stream, ['none', 'loss_alone', 'slow_noise_memory', 'slow_noise_memory'] as const);
  const filter = kind === 'none' ? null : randomFilter(stream, kind);
  const states = kind === 'none' ? [] : kind === 'loss_alone' ? ['excess'] : ['slow', 'noise'];
  const age = 1 + stream.integer(4);
  const others = Object.entries(OTHERS).filter(() => stream.uniform() < 0.2);
  const controls: [string, Range][] = [['learning_rate', RATE], ...others];
  const tabled = stream.integer(controls.length);
  const body = {
    kind: 'policy',
    schema_version: '2.0.0',
    requires: [],
    name: 'random',
    form: filter === null ? 'open_loop' : 'feedback_table',
    time: { unit: 'update', horizon, stretch: pick(stream, ['scale', 'clamp', 'refuse']) },
    input:
      filter === null ? null : { metric: 'train_loss', cadence_updates: 1 + stream.integer(age), max_age_updates: age },
    filter,
    controls: Object.fromEntries(
      controls.map(([name, range], i) => [
        name,
        randomControl(stream, { range, horizon, states, hasTable: i === tabled || stream.uniform() < 0.7 }),
      ]),
    ),
    clip: randomClip(stream),
    support: Object.fromEntries(states.flatMap((name) => (stream.uniform() < 0.3 ? [] : [[name, interval(stream)]]))),
    fallback: {
      on: CONDITIONS.filter(() => stream.uniform() < 0.7),
      max_consecutive_missing: stream.integer(4),
    },
    optimizer: { name: 'sgd', momentum: 0, nesterov: false, weight_decay: 0 },
    batch_size: 64,
    objective: { metric: 'adversarial', split: 'train', form: 'terminal' },
    attack: null,
    provenance: { tool: 'hjb-lr', tool_version: '0.2.0' },
    tests: [],
  };
  return { ...body, policy_id: policyId(body) } as unknown as Policy;
}

function randomFilter(stream: RandomStream, kind: 'loss_alone' | 'slow_noise_memory'): Policy['filter'] {
  const shared = {
    floor: stream.uniform() < 0.1 ? 0 : stream.uniform(),
    slow_rate: logUniform(stream, 1e-4, 3),
    slow_exponent: 0.5 + 6 * stream.uniform(),
    noise_gain: stream.uniform() < 0.1 ? 0 : logUniform(stream, 1e-3, 5),
    observation_deviation: logUniform(stream, 0.01, 0.5),
    rate_scale: logUniform(stream, 0.05, 2),
  };
  const deviation = (): number => (stream.uniform() < 0.1 ? 0 : logUniform(stream, 1e-3, 0.3));
  const variance = (): number => logUniform(stream, 1e-4, 0.5);
  if (kind === 'loss_alone') {
    return {
      kind,
      parameters: { ...shared, process_deviation: deviation() },
      initial: { mean: [Math.log(2)], covariance: [[variance()]] },
    };
  }
  const [a, b] = [variance(), variance()];
  const c = 0.9 * Math.sqrt(a * b) * (2 * stream.uniform() - 1);
  const parameters = {
    ...shared,
    memory_rate: logUniform(stream, 0.05, 5),
    slow_process_deviation: deviation(),
    noise_process_deviation: deviation(),
  };
  const mean = [Math.log(2), Math.log(logUniform(stream, 1e-8, 0.5))];
  return {
    kind,
    parameters,
    initial: {
      mean,
      covariance: [
        [a, c],
        [c, b],
      ],
    },
  };
}

interface Drawn {
  readonly range: Range;
  readonly horizon: number;
  readonly states: readonly string[];
  readonly hasTable: boolean;
}

function randomControl(stream: RandomStream, { range, horizon, states, hasTable }: Drawn): Control {
  const { unit, low, high, whole } = range;
  const value = (): number => (whole ? Math.round(logUniform(stream, low, high)) : logUniform(stream, low, high));
  const [a, b] = [value(), value()].sort((x, y) => x - y);
  return {
    unit,
    table: hasTable && states.length > 0 ? randomTable(stream, horizon, states, value) : null,
    open_loop: randomLoop(stream, horizon, value),
    guards: {
      min: a,
      max: b,
      max_up_ratio_per_update: stream.uniform() < 0.2 ? 1 : 1 + stream.uniform(),
      max_down_ratio_per_update: stream.uniform() < 0.2 ? 1e6 : 1 + stream.uniform(),
      warmup_updates: whole ? 0 : stream.integer(6),
    },
  };
}

function randomTable(
  stream: RandomStream,
  horizon: number,
  states: readonly string[],
  value: () => number,
): Control['table'] {
  const inLog = stream.uniform() < 0.5;
  const axes = [
    { name: 'time', coordinate: 'identity' as const, grid: grid(stream, 0, horizon) },
    ...states.map((name) => ({
      name,
      coordinate: pick(stream, ['identity', 'log'] as const),
      grid: grid(stream, 1e-3, 4),
    })),
  ];
  const size = axes.reduce((n, axis) => n * axis.grid.length, 1);
  const values = Array.from({ length: size }, () => (inLog ? Math.log(value()) : value()));
  const interpolation = stream.uniform() < 0.8 ? 'linear' : 'nearest';
  return { axes, values, value_scale: inLog ? 'log' : 'identity', interpolation };
}

function randomLoop(stream: RandomStream, horizon: number, value: () => number): Loop {
  const updates = grid(stream, 0, horizon);
  return { updates, values: updates.map(value) };
}

function randomClip(stream: RandomStream): Policy['clip'] {
  const kind = pick(stream, [null, 'ratchet', 'norm'] as const);
  if (kind === null) return null;
  return kind === 'norm'
    ? { kind, maximum: logUniform(stream, 0.1, 10) }
    : { kind, gain: 0.01 + 0.99 * stream.uniform() };
}

/** One to five increasing numbers. */
function grid(stream: RandomStream, low: number, high: number): number[] {
  const drawn = Array.from({ length: 1 + stream.integer(5) }, () => low + (high - low) * stream.uniform());
  return [...new Set(drawn)].sort((a, b) => a - b);
}

function interval(stream: RandomStream): [number, number] {
  const low = logUniform(stream, 1e-3, 1);
  return [low, low * logUniform(stream, 2, 1e3)];
}

export function logUniform(stream: RandomStream, low: number, high: number): number {
  return low * (high / low) ** stream.uniform();
}

export function pick<Item>(stream: RandomStream, items: readonly Item[]): Item {
  return items[stream.integer(items.length)];
}
