import type { PilotOptions, SgdSpec } from '../artifacts/experiment/experiment.js';
import type { TrainingAttackSpec } from '../artifacts/experiment/attacks.js';
import type { Policy } from '../artifacts/policy/policy.js';
import { schemaVersionOf } from '../artifacts/shared/common.js';
import { randomStream } from '../math/random.js';
import { DEFAULT_FALLBACK, exactRates, sealedPolicy } from '../schedules/index.js';
import { TOOL, TOOL_VERSION } from '../version.js';
import { planPilot, runName, type PilotDesign, type UpdateCost } from './design.js';
import { identificationRates } from './rates.js';

/** What a plan is for. */
export interface PlanSetting {
  readonly pilot: PilotOptions;
  readonly peak: number;
  readonly horizon: number;
  readonly warmupUpdates: number;
  readonly cost: UpdateCost;
  /** Seed of the first run; the next one has the next. */
  readonly seed: number;
}

/** One identification run as a trainer in any language carries it out. */
export interface PlannedRun {
  readonly name: string;
  readonly seed: number;
  /** Learning rate of each update. */
  readonly rates: readonly number[];
  /** Of a run that shares its beginning with another one: that one's name, and how many updates. */
  readonly shares: { readonly run: string; readonly updates: number } | null;
}

/**
 * The identification runs of a pilot whose peak is known, as `runPilot` has them: runs with other seeds, each forked into ends
 * that hold, fall along a line, or drop.
 * @throws E_INVALID if they do not fit the pilot's budget
 */
export function plannedRuns(setting: PlanSetting): { design: PilotDesign; runs: PlannedRun[] } {
  const { peak, horizon, warmupUpdates, cost, seed } = setting;
  const pilot: PilotOptions = { ...setting.pilot, peak: { method: 'given', peak } };
  const design = planPilot(pilot, horizon, warmupUpdates, cost);
  const runs = Array.from({ length: design.runs }, (_, i): PlannedRun[] => {
    const stream = randomStream(seed, `pilot/rates/${i}`);
    return identificationRates(pilot, peak, design, stream).map(({ end, rates }) => ({
      name: runName(i, end),
      seed: seed + i,
      rates,
      shares: end === 'held' ? null : { run: runName(i, 'held'), updates: design.trunk },
    }));
  });
  return { design, runs: runs.flat() };
}

/** What a policy file says of the training that it is for. */
export interface PlannedTraining {
  readonly optimizer: SgdSpec;
  readonly batchSize: Policy['batch_size'];
  readonly attack: TrainingAttackSpec | null;
  readonly objective: Policy['objective'];
}

/** The rates of a planned run as an open-loop policy without a clip: rate k at update k, whatever happens. */
export function planPolicy(run: PlannedRun, { optimizer, batchSize, attack, objective }: PlannedTraining): Policy {
  const { name, rates } = run;
  return sealedPolicy({
    kind: 'policy',
    schema_version: schemaVersionOf('policy'),
    requires: [],
    name,
    form: 'open_loop',
    time: { unit: 'update', horizon: rates.length, stretch: 'refuse' },
    input: null,
    filter: null,
    controls: { learning_rate: exactRates({ updates: rates.map((_, k) => k), values: [...rates] }) },
    clip: null,
    support: {},
    fallback: DEFAULT_FALLBACK,
    optimizer,
    batch_size: batchSize,
    objective,
    attack,
    provenance: { tool: TOOL, tool_version: TOOL_VERSION },
  });
}
