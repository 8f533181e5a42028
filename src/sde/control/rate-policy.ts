import type { HjbSolution } from '../../../solvers/index.js';
import type { Policy, PolicyTable } from '../../artifacts/policy/policy.js';
import { schemaVersionOf } from '../../artifacts/shared/common.js';
import { controlNamed } from '../../controls/index.js';
import type { SgdAttackSpec } from '../../artifacts/sgd-model/sgd-model.js';
import { sealedPolicy, WEIGHTS_STATE } from '../../schedules/index.js';
import { TOOL, TOOL_VERSION } from '../../version.js';
import type { SgdModel } from '../model.js';
import type { RateProblem } from './problem.js';

/** Figures kept of a table entry: its rounding stays far below the solver's error. */
const SIGNIFICANT_DIGITS = 6;
/** Entries that a table may have: beyond, time levels and then nodes are left out evenly. */
const MOST_ENTRIES = 200_000;
const FEWEST_LEVELS = 9;
/** The format knows positive rates alone: in place of 0 stands this share of the largest rate. */
const LEAST_SHARE = 1e-9;

export interface SolvedRate {
  readonly of: RateProblem;
  readonly solution: HjbSolution;
  /** V and its error at the start. */
  readonly value: number | null;
  readonly error: number | null;
}

/**
 * The policy file of a solved control problem: a table of learning rates (absolute, eta u) over updates and weights, whose
 * states are the weights themselves.
 *
 * @param meanRates - mean learning rate of each update under the policy, in real runs: what it falls back on
 */
export function ratePolicy(model: SgdModel, solved: SolvedRate, meanRates: ArrayLike<number>): Policy {
  return sealedPolicy(bodyOf(model, solved, meanRates));
}

function bodyOf(model: SgdModel, { of, solution, value, error }: SolvedRate, meanRates: ArrayLike<number>) {
  const { weights, eta, rate, file } = model;
  const { least, most } = rateBounds(model);
  const body: Omit<Policy, 'policy_id' | 'tests'> = {
    kind: 'policy',
    schema_version: schemaVersionOf('policy'),
    requires: [WEIGHTS_STATE],
    name: file.name,
    form: 'feedback_table',
    time: { unit: 'update', horizon: of.updates, stretch: 'refuse' },
    input: null,
    filter: { kind: 'weights', names: [...weights] },
    controls: {
      learning_rate: {
        unit: controlNamed('learning_rate')!.unit,
        table: tableOf(model, of, solution),
        open_loop: {
          updates: Array.from(meanRates, (_, k) => k),
          values: Array.from(meanRates, (mean) => rounded(Math.min(Math.max(mean, least), most))),
        },
        guards: {
          min: least,
          max: most,
          max_up_ratio_per_update: 1 / LEAST_SHARE,
          max_down_ratio_per_update: 1 / LEAST_SHARE,
          warmup_updates: 0,
        },
      },
    },
    clip: null,
    support: Object.fromEntries(weights.map((name) => [name, [...of.control.domain[name]] as [number, number]])),
    fallback: { on: ['nan', 'out_of_support'], max_consecutive_missing: 0 },
    optimizer: { name: 'sgd', momentum: 0, nesterov: false, weight_decay: 0 },
    batch_size: model.batchSize,
    objective: { metric: 'adversarial', split: 'train', form: of.costs.hasRunning ? 'integral' : 'terminal' },
    attack: attackOf(file.attack),
    provenance: {
      tool: TOOL,
      tool_version: TOOL_VERSION,
      pilot_runs: 0,
      sgd_model: {
        loss: file.loss,
        attack: file.attack,
        eta,
        batch_size: model.batchSize,
        rate_bounds: [rate.lower, rate.upper],
      },
      control: of.control,
      solver_status: solution.status,
      residual: solution.residual,
      value,
      value_error: error,
    },
  };
  return body;
}

/** Smallest and largest learning rate of the file. */
export function rateBounds({ eta, rate }: Pick<SgdModel, 'eta' | 'rate'>): { least: number; most: number } {
  const most = eta * rate.upper;
  return { least: Math.max(eta * rate.lower, LEAST_SHARE * most), most };
}

function tableOf({ eta }: SgdModel, { problem }: RateProblem, { times, control }: HjbSolution): PolicyTable {
  const lengths = problem.states.map(({ grid }) => grid.length);
  const levels = kept(times.length, Math.max(FEWEST_LEVELS, Math.floor(MOST_ENTRIES / product(lengths))));
  const perAxis = Math.floor((MOST_ENTRIES / levels.length) ** (1 / lengths.length));
  const nodes = lengths.map((length) => kept(length, Math.max(FEWEST_LEVELS, perAxis)));
  const offsets = nodes.reduce<number[]>(
    (all, indices, d) => all.flatMap((offset) => indices.map((i) => offset * lengths[d] + i)),
    [0],
  );
  return {
    axes: [
      { name: 'time', coordinate: 'identity', grid: levels.map((level) => times[level] / eta) },
      ...problem.states.map(({ name, grid }, d) => ({
        name,
        coordinate: 'identity' as const,
        grid: nodes[d].map((i) => grid[i]),
      })),
    ],
    values: levels.flatMap((level) => offsets.map((offset) => rounded(eta * control[level][offset]))),
    value_scale: 'identity',
    interpolation: 'linear',
  };
}

/** Indices of at most so many of n points, evenly, both ends among them; all of them where they are few. */
function kept(n: number, most: number): number[] {
  const stride = Math.ceil((n - 1) / Math.max(1, most - 1));
  return Array.from({ length: n }, (_, i) => i).filter((i) => i % stride === 0 || i === n - 1);
}

function product(numbers: readonly number[]): number {
  return numbers.reduce((all, n) => all * n, 1);
}

function rounded(value: number): number {
  return Number(value.toPrecision(SIGNIFICANT_DIGITS));
}

/** The attack in the words of a policy; null where these have none for it (provenance has it whole). */
function attackOf(attack: SgdAttackSpec): Policy['attack'] {
  if (attack.type === 'none') return null;
  if (attack.type === 'penalised_ascent') {
    const { type, steps, eta_i, lambda } = attack;
    return { type, steps, eta_i, lambda };
  }
  const { norm, eps, steps, alpha, random_start, direction } = attack;
  const usual = norm === 'Linf' ? 'sign' : 'normalised';
  return direction === usual && alpha > 0
    ? { type: 'pgd', norm, eps, steps, alpha, random_start, restarts: 1, keep: 'last' }
    : null;
}
