import type { ClosureFit, Coefficients } from '../artifacts/coefficients/coefficients.js';
import { policyId } from '../artifacts/shared/hash.js';
import type { Policy } from '../artifacts/policy/policy.js';
import type { Solution } from '../artifacts/solution/solution.js';
import { observedColumn } from '../artifacts/training-log/training-log.js';
import { supportOf } from '../closures/axes.js';
import { createFilter } from '../schedules/filters/index.js';
import { policySchedule, policyTestVectors } from '../schedules/index.js';
import { TOOL, TOOL_VERSION } from '../version.js';

/** Figures kept of a table entry: its rounding stays far below the solver's error. */
const SIGNIFICANT_DIGITS = 6;

/** Points of the open-loop trajectory. */
const OPEN_LOOP_POINTS = 201;

/** Share of the run over which the fallback schedule decays. */
const FALLBACK_DECAY = 0.2;

type PolicyBody = Omit<Policy, 'policy_id' | 'tests'>;

/** The feedback policy of a solved closure: its table over time and states, the filter that finds the states, guards. */
export function feedbackPolicy(coefficients: Coefficients, closure: ClosureFit, solution: Solution): Policy {
  const body: PolicyBody = {
    ...commonBody(coefficients),
    form: 'feedback_table',
    input: {
      name: inputName(coefficients),
      split: coefficients.objective.split,
      statistic: 'batch_mean',
      transform: 'identity',
      cadence_updates: 1,
      max_age_updates: 1,
      fallback_inputs: [],
    },
    filter: closure.filter,
    table: {
      axes: [
        { name: 'time', coordinate: 'identity', grid: solution.times },
        ...solution.axes.map(({ name, coordinate, grid }) => ({ name, coordinate, grid })),
      ],
      values: solution.control.flat().map((rate) => Number(Math.log(rate!).toPrecision(SIGNIFICANT_DIGITS))),
      value_scale: 'log_lr',
      interpolation: 'linear',
    },
    open_loop: { updates: [0], rates: [coefficients.rates.max] },
    guards: { ...commonGuards(coefficients), support: supportOf(closure) },
    provenance: {
      ...provenance(coefficients),
      closure: closure.name,
      solver_status: solution.status,
      residual: solution.residual,
    },
  };
  return sealed({ ...body, open_loop: meanTrajectory(body, closure) });
}

/** The loss that the closure was fitted to; without an attack every loss is clean. */
function inputName({ objective, attack }: Coefficients): NonNullable<Policy['input']>['name'] {
  return observedColumn(objective, attack !== null).endsWith('robust_loss') ? 'robust_loss' : 'clean_loss';
}

/** WSD at the pilot's peak, open loop: what remains where no closure predicts the runs left out of its fit. */
export function fallbackPolicy(coefficients: Coefficients): Policy {
  const { horizon, rates } = coefficients;
  const decayStart = Math.round((1 - FALLBACK_DECAY) * horizon);
  return sealed({
    ...commonBody(coefficients),
    form: 'open_loop',
    input: null,
    filter: null,
    table: null,
    open_loop: { updates: [0, decayStart, horizon], rates: [rates.max, rates.max, rates.min] },
    guards: commonGuards(coefficients),
    provenance: { ...provenance(coefficients), closure: null },
  });
}

function commonBody(
  coefficients: Coefficients,
): Pick<
  Policy,
  | 'kind'
  | 'schema_version'
  | 'requires'
  | 'name'
  | 'time'
  | 'output'
  | 'fallback'
  | 'objective'
  | 'attack'
  | 'loss'
  | 'training'
> {
  return {
    kind: 'policy',
    schema_version: '1.0.0',
    requires: [],
    name: coefficients.name,
    time: {
      unit: 'update',
      horizon: coefficients.horizon,
      updates_per_epoch: coefficients.updates_per_epoch,
      stretch: 'refuse',
    },
    output: {
      quantity: 'learning_rate',
      applies_to: 'all',
      clip: coefficients.clip,
      optimizer: coefficients.optimizer,
    },
    fallback: { on: ['missing', 'nan', 'inf', 'out_of_support', 'negative'] },
    objective: coefficients.objective,
    attack: coefficients.attack,
    ...(coefficients.loss === undefined ? {} : { loss: coefficients.loss }),
    ...(coefficients.training === undefined ? {} : { training: coefficients.training }),
  };
}

function commonGuards({ rates, warmup_updates }: Coefficients): Policy['guards'] {
  return {
    lr_min: rates.min,
    lr_max: rates.max,
    max_up_ratio_per_update: 1.5,
    max_down_ratio_per_update: 2,
    warmup_updates,
    support: {},
    max_consecutive_missing: 5,
  };
}

function provenance(coefficients: Coefficients): Policy['provenance'] {
  const { pilot_runs, pilot_grad_evals } = coefficients.provenance;
  return {
    tool: TOOL,
    tool_version: TOOL_VERSION,
    pilot_runs,
    tuning_cost: { grad_evals: pilot_grad_evals },
    validation: null,
  };
}

/** Rates along the closure's mean trajectory: the policy observes exactly what its own filter predicts. */
function meanTrajectory(body: PolicyBody, closure: ClosureFit): Policy['open_loop'] {
  const filter = createFilter(closure.filter);
  const guards = { ...body.guards, warmup_updates: 0 };
  const schedule = policySchedule({ ...body, guards, policy_id: '', tests: [] }, { updates: body.time.horizon });
  let state = schedule.init();
  let model = filter.init();
  const rates = Array.from({ length: body.time.horizon }, () => {
    state = schedule.observe(state, { loss: filter.predictedLoss(model) });
    const { rate } = schedule.rate(state);
    model = filter.predict(model, rate);
    return rate;
  });
  const stride = Math.max(1, Math.floor(rates.length / (OPEN_LOOP_POINTS - 1)));
  const updates = rates.map((_, k) => k).filter((k) => k % stride === 0 || k >= rates.length - stride);
  return { updates, rates: updates.map((k) => Number(rates[k].toPrecision(SIGNIFICANT_DIGITS))) };
}

/** Adds the test vectors and then the hash of the whole body. */
function sealed(body: PolicyBody): Policy {
  const tests = policyTestVectors({ ...body, policy_id: '' });
  return { ...body, tests, policy_id: policyId({ ...body, tests }) };
}
