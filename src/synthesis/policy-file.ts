import type { ClosureFit, Coefficients } from '../artifacts/coefficients/coefficients.js';
import type { Decision } from '../artifacts/policy/decision.js';
import type { Policy, PolicyControl, PolicyTable } from '../artifacts/policy/policy.js';
import { schemaVersionOf } from '../artifacts/shared/common.js';
import { controlNamed } from '../controls/index.js';
import type { Solution } from '../artifacts/solution/solution.js';
import { observedColumn } from '../artifacts/training-log/training-log.js';
import { supportOf } from '../closures/axes.js';
import { createFilter } from '../schedules/filters/index.js';
import { DEFAULT_FALLBACK, exactRates, NOTHING_OBSERVED, policySchedule, sealedPolicy } from '../schedules/index.js';
import { TOOL, TOOL_VERSION } from '../version.js';
import { wsdRates, type OpenLoop } from './decision/schedule-candidate.js';

/** Figures kept of a table entry: its rounding stays far below the solver's error. */
const SIGNIFICANT_DIGITS = 6;

/** Points of the open-loop trajectory. */
const OPEN_LOOP_POINTS = 201;

type PolicyBody = Omit<Policy, 'policy_id' | 'tests'>;

/** The feedback policy of a solved closure: its table over time and states, the filter that finds the states, guards. */
export function feedbackPolicy(coefficients: Coefficients, closure: ClosureFit, solution: Solution): Policy {
  const atPeak = { updates: [0], values: [coefficients.rates.max] };
  const body: PolicyBody = {
    ...commonBody(coefficients),
    form: 'feedback_table',
    input: { metric: metricOf(coefficients), cadence_updates: 1, max_age_updates: 1 },
    filter: closure.filter,
    controls: { learning_rate: learningRate(coefficients, rateTable(solution), atPeak) },
    support: supportOf(closure),
    provenance: {
      ...provenance(coefficients),
      closure: closure.name,
      solver_status: solution.status,
      residual: solution.residual,
    },
  };
  return sealedPolicy({
    ...body,
    controls: { learning_rate: { ...body.controls['learning_rate'], open_loop: meanTrajectory(body, closure) } },
  });
}

/** Logarithms of the solution's rates over time and states. */
function rateTable({ times, axes, control }: Solution): PolicyTable {
  return {
    axes: [
      { name: 'time', coordinate: 'identity', grid: times },
      ...axes.map(({ name, coordinate, grid }) => ({ name, coordinate, grid })),
    ],
    values: control.flat().map((rate) => Number(Math.log(rate!).toPrecision(SIGNIFICANT_DIGITS))),
    value_scale: 'log',
    interpolation: 'linear',
  };
}

/** The loss that the closure was fitted to; without an attack every loss is clean. */
function metricOf({ objective, attack }: Coefficients): NonNullable<Policy['input']>['metric'] {
  return observedColumn(objective, attack !== null);
}

/** An open loop inside the rates, under the guards and the warm-up that every policy has. */
export function openLoopPolicy(coefficients: Coefficients, openLoop: OpenLoop, decision: Decision): Policy {
  const { rates } = coefficients;
  const lowest = Math.min(rates.min, ...openLoop.values);
  const control = learningRate(coefficients, null, { updates: [...openLoop.updates], values: [...openLoop.values] });
  return openLoopFile(coefficients, { ...control, guards: { ...control.guards, min: lowest } }, decision);
}

/** WSD at the pilot's peak, bit for bit the rates of the schedule `wsd`. */
export async function wsdPolicy(coefficients: Coefficients, decision?: Decision): Promise<Policy> {
  return exactPolicy(coefficients, await wsdRates(coefficients), decision);
}

/** An open loop bit for bit: every rate stands in the file, those of the warm-up too, and no guard changes any. */
export function exactPolicy(coefficients: Coefficients, { updates, values }: OpenLoop, decision?: Decision): Policy {
  return openLoopFile(coefficients, exactRates({ updates: [...updates], values: [...values] }), decision);
}

function openLoopFile(coefficients: Coefficients, control: PolicyControl, decision: Decision | undefined): Policy {
  return sealedPolicy({
    ...commonBody(coefficients),
    form: 'open_loop',
    input: null,
    filter: null,
    controls: { learning_rate: control },
    support: {},
    provenance: {
      ...provenance(coefficients),
      closure: decision?.deviated === true ? coefficients.selected : null,
      ...(decision === undefined ? {} : { decision }),
    },
  });
}

/** The same policy with what was decided in its provenance. */
export function withDecision({ tests: _tests, policy_id: _id, ...body }: Policy, decision: Decision): Policy {
  return sealedPolicy({ ...body, provenance: { ...body.provenance, decision } });
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
  | 'clip'
  | 'fallback'
  | 'optimizer'
  | 'batch_size'
  | 'objective'
  | 'attack'
  | 'loss'
  | 'training'
> {
  const { batch_size, ...optimizer } = coefficients.optimizer;
  return {
    kind: 'policy',
    schema_version: schemaVersionOf('policy'),
    requires: [],
    name: coefficients.name,
    time: {
      unit: 'update',
      horizon: coefficients.horizon,
      stretch: 'refuse',
    },
    clip: coefficients.clip,
    fallback: DEFAULT_FALLBACK,
    optimizer,
    batch_size,
    objective: coefficients.objective,
    attack: coefficients.attack,
    ...(coefficients.loss === undefined ? {} : { loss: coefficients.loss }),
    ...(coefficients.training === undefined ? {} : { training: coefficients.training }),
  };
}

function learningRate(
  { rates, warmup_updates }: Coefficients,
  table: PolicyTable | null,
  open_loop: PolicyControl['open_loop'],
): PolicyControl {
  return {
    unit: controlNamed('learning_rate')!.unit,
    table,
    open_loop,
    guards: {
      min: rates.min,
      max: rates.max,
      max_up_ratio_per_update: 1.5,
      max_down_ratio_per_update: 2,
      warmup_updates,
    },
  };
}

function provenance(coefficients: Coefficients): Policy['provenance'] {
  const { pilot_runs, pilot_grad_evals, data } = coefficients.provenance;
  return {
    tool: TOOL,
    tool_version: TOOL_VERSION,
    ...(data === undefined ? {} : { data }),
    pilot_runs,
    tuning_cost: { grad_evals: pilot_grad_evals },
  };
}

/** Rates along the closure's mean trajectory: the policy observes exactly what its own filter predicts. */
function meanTrajectory(body: PolicyBody, closure: ClosureFit): PolicyControl['open_loop'] {
  const filter = createFilter(closure.filter);
  const rate = body.controls['learning_rate'];
  const controls = { learning_rate: { ...rate, guards: { ...rate.guards, warmup_updates: 0 } } };
  const { metric } = body.input!;
  const schedule = policySchedule({ ...body, controls, policy_id: '', tests: [] }, { updates: body.time.horizon });
  let state = schedule.init();
  let model = filter.init();
  let observation = NOTHING_OBSERVED;
  const rates = Array.from({ length: body.time.horizon }, (_, update) => {
    const decided = schedule.decide(state, observation);
    const { learning_rate } = decided.controls;
    observation = { metrics: { [metric]: { value: filter.predictedLoss(model), update } } };
    model = filter.predict(model, learning_rate!);
    state = decided.state;
    return learning_rate!;
  });
  const stride = Math.max(1, Math.floor(rates.length / (OPEN_LOOP_POINTS - 1)));
  const updates = rates.map((_, k) => k).filter((k) => k % stride === 0 || k >= rates.length - stride);
  return { updates, values: updates.map((k) => Number(rates[k].toPrecision(SIGNIFICANT_DIGITS))) };
}
