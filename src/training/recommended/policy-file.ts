import type { Policy, PolicyControl } from '../../artifacts/policy/policy.js';
import { schemaVersionOf } from '../../artifacts/shared/common.js';
import { attackControls } from '../../attacks/controls.js';
import type { TrainingAttackSpec } from '../../attacks/schemas.js';
import { valueAt } from '../../attacks/scheduled.js';
import { batchSizes, controlNamed } from '../../controls/index.js';
import { KEPT_PERTURBATIONS, sealedPolicy, WHOLE_METHOD } from '../../schedules/index.js';
import { TOOL, TOOL_VERSION } from '../../version.js';
import { describeDataset } from '../log-header.js';
import type { Recommended } from './choices.js';
import type { Readings } from './readings.js';
import { describedAttack, objectiveOfSetting, type RecommendedSetting } from './setting.js';

/** An open loop limits no ratio: its values are what they are. */
const ANY_RATIO = 1e12;

type OpenLoop = PolicyControl['open_loop'];

/**
 * The recommended method as a policy file, an open loop of every control: what `train --schedule recommended` follows, and what
 * other trainers can. It brings its optimizer, its attack and its number of updates (`whole_method`).
 */
export function recommendedPolicy(setting: RecommendedSetting, method: Recommended, readings: Readings | null): Policy {
  const { workload, experiment } = setting;
  const { updates } = method;
  const attack = method.attack ?? describedAttack(workload);
  return sealedPolicy({
    kind: 'policy',
    schema_version: schemaVersionOf('policy'),
    requires: [WHOLE_METHOD, ...(startsKept(attack) ? [KEPT_PERTURBATIONS] : [])],
    name: `recommended: ${experiment.name}`,
    form: 'open_loop',
    time: { unit: 'update', horizon: updates, stretch: method.stopping === null ? 'refuse' : 'clamp' },
    input: null,
    filter: null,
    controls: controlsOf(setting, method),
    clip: method.clip,
    support: {},
    fallback: { on: [], max_consecutive_missing: 0 },
    optimizer: method.optimizer,
    batch_size: setting.batchSize,
    objective: objectiveOfSetting(setting),
    attack,
    ...(workload.loss === undefined ? {} : { loss: workload.loss }),
    ...(workload.training === undefined ? {} : { training: workload.training }),
    whole_method: {
      name: 'recommended',
      replaces: {
        attack: workload.attack === null ? null : workload.attack.spec,
        optimizer: setting.optimizer,
        horizon: setting.horizon,
        gradient_evaluations: Math.round(setting.horizon * setting.updateCost),
      },
      recovery: method.recovery,
      ...(method.stopping === null ? {} : { stopping: method.stopping }),
      choices: [...method.choices],
    },
    provenance: {
      tool: TOOL,
      tool_version: TOOL_VERSION,
      ...dataOf(workload),
      ...(readings === null ? {} : { readings: { ...readings } }),
      tuning_cost: { grad_evals: readings?.n_grad_evals ?? 0 },
    },
  });
}

function startsKept(attack: TrainingAttackSpec | null): boolean {
  return (attack as { readonly start?: string } | null)?.start === 'kept';
}

/** How the columns of a table were scaled, where they were. */
function dataOf(workload: RecommendedSetting['workload']): { readonly data?: object } {
  return workload.dataset.normalization === undefined ? {} : { data: describeDataset(workload) };
}

function controlsOf(setting: RecommendedSetting, method: Recommended): Policy['controls'] {
  const attack = method.attack === null ? {} : attackLoops(setting, method);
  const loops: Readonly<Record<string, OpenLoop>> = {
    learning_rate: rateLoop(method),
    ...(method.base === 'schedule_free' ? { averaging_weight: averagingLoop(method) } : {}),
    ...attack,
    batch_size: batchLoop(setting, method.updates),
  };
  return Object.fromEntries(
    Object.entries(loops).map(([name, loop]) => [
      name,
      controlOf(name, loop, name === 'learning_rate' ? method.warmupUpdates : 0),
    ]),
  );
}

function controlOf(name: string, open_loop: OpenLoop, warmup_updates: number): PolicyControl {
  return {
    unit: controlNamed(name)!.unit,
    table: null,
    open_loop,
    guards: {
      min: open_loop.values.reduce((least, value) => Math.min(least, value), Infinity),
      max: open_loop.values.reduce((most, value) => Math.max(most, value), -Infinity),
      max_up_ratio_per_update: ANY_RATIO,
      max_down_ratio_per_update: ANY_RATIO,
      warmup_updates,
    },
  };
}

/** The rate, then rate (T - k) / D over the last D updates: the last one, T - 1, still moves. */
function rateLoop({ rate, updates: T, decayUpdates: D }: Recommended): OpenLoop {
  if (D <= 1 || D >= T) return { updates: [0], values: [rate] };
  return { updates: [0, T - D, T - 1], values: [rate, rate, rate / D] };
}

/** c_k = w_k / (w_0 + ... + w_k), w_k = (k + 1) u_k^2 with the largest rate u_k so far, as Schedule-Free itself has it. */
function averagingLoop({ updates: T, warmupUpdates: W }: Recommended): OpenLoop {
  let sum = 0;
  const values = Array.from({ length: T }, (_, k) => {
    const weight = (k + 1) * Math.min(1, (k + 1) / W) ** 2;
    sum += weight;
    return weight / sum;
  });
  return { updates: values.map((_, k) => k), values };
}

/** One step of the radius in force, and the radius along the run. */
function attackLoops(setting: RecommendedSetting, method: Recommended): Readonly<Record<string, OpenLoop>> {
  const { attack, updates: T } = method;
  const eps = epsLoop(setting, method, T);
  const controls = attackControls(attack!);
  return {
    ...(controls.attack_steps === undefined ? {} : { attack_steps: { updates: [0], values: [1] } }),
    // A step has a length where the radius is 0 too.
    attack_step_size: { ...eps, values: eps.values.map((value) => (value > 0 ? value : fullEps(method))) },
    attack_eps: eps,
  };
}

function fullEps({ attack }: Pick<Recommended, 'attack'>): number {
  return (attack as unknown as { readonly eps: number }).eps;
}

function epsLoop({ workload }: RecommendedSetting, { attack, ramp }: Recommended, T: number): OpenLoop {
  const full = fullEps({ attack });
  const own = attackControls(describedAttack(workload)!).attack_eps!;
  if (typeof own.value !== 'number') {
    const updates = Array.from({ length: T }, (_, k) => k);
    return { updates, values: updates.map((k) => valueAt(own.value!, own.between, k / T)) };
  }
  const end = ramp === null ? 0 : Math.round(ramp.over * T);
  return end === 0 ? { updates: [0], values: [full] } : { updates: [0, end], values: [ramp!.from * full, full] };
}

/** Sizes hold until the next: each piece begins right after the end of the one before. */
function batchLoop({ batchSize }: RecommendedSetting, T: number): OpenLoop {
  const sizes = batchSizes(batchSize, T);
  const all = Array.from({ length: T }, (_, k) => k);
  const updates = all.filter((k) => k === 0 || sizes.at(k) !== sizes.at(k - 1) || sizes.at(k) !== sizes.at(k + 1));
  return { updates, values: updates.map((k) => sizes.at(k)) };
}

/** Gradient evaluations of the readings that a recommended method was made from. */
export function readingsCostOf({ provenance }: Policy): number {
  const { tuning_cost: cost } = provenance as { readonly tuning_cost?: { readonly grad_evals?: number } };
  return cost?.grad_evals ?? 0;
}
