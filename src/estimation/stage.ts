import path from 'node:path';
import type { Coefficients } from '../artifacts/coefficients/coefficients.js';
import {
  estimationSchema,
  policyOptionsSchema,
  sgdSchema,
  type Experiment,
  type SgdSpec,
} from '../artifacts/experiment/experiment.js';
import { readArtifact, versionNotice, writeArtifact } from '../artifacts/files.js';
import {
  gradientEvaluations,
  isPeakSearch,
  logSha256,
  ownUpdates,
  type TrainingLog,
} from '../artifacts/training-log/training-log.js';
import { HjbLrError } from '../errors.js';
import { smoothing } from '../import/identified.js';
import { IMPORTED } from '../import/imported-log.js';
import { inTurn } from '../in-turn.js';
import { pilotPeak } from '../training/peak.js';
import { TOOL, TOOL_VERSION } from '../version.js';
import {
  assumptionLines,
  assumptionsOf,
  givenFacts,
  peakOf,
  withFacts,
  type Assumption,
  type GivenFacts,
} from './assumptions.js';
import type { EstimateStageOptions } from './declaration.js';
import { estimateClosures, POSTERIOR_DRAWS, selectClosure } from './estimate.js';
import { estimateModes } from './modes/index.js';
import { logFiles, readLog } from './logs.js';
import { notIdentified } from './identification.js';
import { pilotRuns, type LogNames, type PilotRun } from './observations.js';
import { seedNotice } from './repeats.js';

/** Smallest usable rate as a share of the peak: below it nothing moves within a run. */
const SMALLEST_RATE_SHARE = 0.01;

const NO_RUNS =
  'After the search for the peak the budget of the pilot left too few updates for runs that show a decay (raise pilot.budget).';

/** `hjb-lr estimate`: trajectories -> coefficients.json. */
export async function estimateStage(options: EstimateStageOptions) {
  const { trajectories, experimentPath, ...others } = options;
  const given = await givenFacts(options);
  const files = await logFiles(trajectories);
  const experiment = experimentPath === undefined ? null : await readArtifact('experiment', experimentPath);
  const named = { names: files, origin: trajectories.join(', ') };
  const { file, coefficients, notices, assumptions } = await estimateFiles(files, experiment, {
    ...others,
    ...named,
    given,
  });
  return {
    artifacts: [file],
    summary: [...notices, ...assumptionLines(assumptions), ...summarize(coefficients)],
    result: { selected: coefficients.selected, assumptions },
  };
}

/**
 * Logs on the disk -> coefficients.json.
 * @throws what `readLog` and `pilotRuns` throw, E_WRITE
 */
export async function estimateFiles(
  files: readonly string[],
  experiment: EstimatedExperiment | null,
  options: Pick<EstimateStageOptions, 'out' | 'seed' | 'onProgress'> & LogNames & { readonly given?: GivenFacts },
): Promise<{ file: string; coefficients: Coefficients; notices: string[]; assumptions: Assumption[] }> {
  const { given = {} } = options;
  const logs = await inTurn(files, readLog);
  const file = path.join(options.out, 'coefficients.json');
  const coefficients = isSearchAlone(logs, experiment)
    ? unfittedCoefficients(logs, experiment!, { peak: given.peak ?? pilotPeak(experiment!, logs), unfitted: NO_RUNS })
    : estimateCoefficients(logs, experiment, options);
  await writeArtifact('coefficients', file, coefficients);
  const identifying = logs.filter(({ header }) => !isPeakSearch(header));
  const updates = identifying.reduce((most, { steps }) => Math.max(most, steps.length), 0);
  return {
    file,
    coefficients,
    notices: [...versionNotices(logs), ...seedNotices(identifying)],
    assumptions: assumptionsOf(identifying[0] ?? logs[0], given, { peak: coefficients.rates.max, updates }),
  };
}

/** Whether a pilot had no budget for more than the search for its peak, so that the peak is all there is. */
function isSearchAlone(logs: readonly TrainingLog[], experiment: EstimatedExperiment | null): boolean {
  return experiment !== null && logs.length > 0 && logs.every(({ header }) => isPeakSearch(header));
}

/** What to say of logs that an older release wrote. */
function versionNotices(logs: readonly TrainingLog[]): string[] {
  const notices = logs.flatMap(({ header }) => versionNotice('training_log', header.schema_version) ?? []);
  return notices.length === 0 ? [] : [`notice: of ${notices.length} logs ${notices[0]}`];
}

/** What to say of runs of their own that share a seed. */
function seedNotices(logs: readonly TrainingLog[]): string[] {
  const own = logs.filter(({ header }) => header.forked_from === undefined);
  return [seedNotice(own.map(({ header }) => ({ name: header.run_id, seed: header.seed })))].filter(
    (notice) => notice !== null,
  );
}

/** What of an experiment an estimate depends on. */
type EstimatedExperiment = Pick<Experiment, 'estimation' | 'policy' | 'name' | 'pilot' | 'optimizer'>;

/** Coefficients of every closure from whole pilot logs: the pure part of the stage. */
export function estimateCoefficients(
  logs: readonly TrainingLog[],
  experiment: Pick<EstimatedExperiment, 'estimation' | 'policy' | 'name'> | null,
  {
    seed,
    given = {},
    onProgress = () => {},
    ...called
  }: Pick<EstimateStageOptions, 'seed' | 'onProgress'> & LogNames & { readonly given?: GivenFacts },
): Coefficients {
  const estimation = experiment?.estimation ?? estimationSchema.parse({});
  const policy = experiment?.policy ?? policyOptionsSchema.parse({});
  const told = logs.map((log) => withFacts(log, given));
  const runs = pilotRuns(told, called);
  const { header } = told.find((log) => log.header.run_id === runs[0].id)!;
  const peak = peakOf(largestRate(runs), given);
  const closures = estimateClosures(
    runs,
    {
      closures: estimation.closures,
      peak,
      horizon: header.horizon,
      bootstrap: estimation.bootstrap,
      maximumPredictionError: estimation.maximum_prediction_error,
      seed: seed ?? header.seed ?? 0,
    },
    (done) => onProgress({ stage: 'estimate', done, total: estimation.closures.length }),
  );
  const modes = estimateModes(runs, {
    peak,
    horizon: header.horizon,
    draws: POSTERIOR_DRAWS,
    maximumPredictionError: estimation.maximum_prediction_error,
    seed: seed ?? header.seed ?? 0,
  });
  return {
    ...sharedBy(logs, header, { name: experiment?.name, policy, estimation }),
    rates: { min: SMALLEST_RATE_SHARE * peak, max: peak },
    closures,
    ...(modes === undefined ? {} : { modes }),
    not_identified:
      smoothedLosses(told) ?? notIdentified(runs, isImported(told) ? { peak, horizon: header.horizon } : null),
    selected: selectClosure(closures),
  };
}

function isImported(logs: readonly TrainingLog[]): boolean {
  return logs.some(({ header }) => header.purpose === IMPORTED);
}

/** Why imported logs do not give the diffusion: neighbouring losses move together. */
function smoothedLosses(logs: readonly TrainingLog[]): string | null {
  const imported = logs.filter(({ header }) => header.purpose === IMPORTED);
  return imported.flatMap(smoothing)[0] ?? null;
}

function largestRate(runs: readonly PilotRun[]): number {
  return runs.reduce((most, { rates }) => rates.reduce((larger, rate) => Math.max(larger, rate), most), 0);
}

/**
 * Coefficients without a closure, for runs that cannot be fitted: the policy that `solve` makes of them is WSD at the
 * peak.
 *
 * @param unfitted - why, in one sentence
 */
export function unfittedCoefficients(
  logs: readonly TrainingLog[],
  { estimation, policy, name, optimizer }: Pick<EstimatedExperiment, 'estimation' | 'policy' | 'name' | 'optimizer'>,
  { peak, unfitted }: { readonly peak: number; readonly unfitted: string },
): Coefficients {
  // A search for the peak has an update rule of its own, and no clip.
  const header = { ...logs[logs.length - 1].header, optimizer, clip: policy.clip };
  return {
    ...sharedBy(logs, header, { name, policy, estimation }),
    rates: { min: SMALLEST_RATE_SHARE * peak, max: peak },
    closures: [],
    unfitted,
    selected: null,
  };
}

/** What no fit changes. */
function sharedBy(
  logs: readonly TrainingLog[],
  header: TrainingLog['header'],
  { name, policy, estimation }: Pick<Experiment, 'estimation' | 'policy'> & { readonly name: string | undefined },
): Omit<Coefficients, 'rates' | 'closures' | 'unfitted' | 'selected'> {
  return {
    kind: 'coefficients',
    schema_version: '1.0.0',
    name: name ?? header.dataset?.name ?? header.run_id,
    horizon: header.horizon,
    updates_per_epoch: header.updates_per_epoch,
    warmup_updates: Math.round(policy.warmup_fraction * header.horizon),
    clip: header.clip,
    objective: header.objective,
    optimizer: { ...sgdOf(header.optimizer), batch_size: header.batch_size },
    attack: header.attack,
    loss: header.loss,
    training: header.training,
    model: header.model,
    maximum_prediction_error: estimation.maximum_prediction_error,
    provenance: {
      tool: TOOL,
      tool_version: TOOL_VERSION,
      ...scalingOf(header),
      pilot_runs: logs.map(pilotRunRecord),
      pilot_grad_evals: logs.reduce((sum, log) => sum + gradientEvaluations(log), 0),
    },
  };
}

/** How the columns of a table were scaled: who uses the policy elsewhere scales by the same numbers. */
function scalingOf({ dataset }: TrainingLog['header']): { readonly data?: Record<string, unknown> } {
  if (dataset?.normalization === undefined) return {};
  const { name, sha256, class_names, normalization } = dataset;
  return { data: { name, sha256, ...(class_names === undefined ? {} : { class_names }), normalization } };
}

function pilotRunRecord(log: TrainingLog): Coefficients['provenance']['pilot_runs'][number] {
  return {
    run_id: log.header.run_id,
    purpose: log.header.purpose,
    sha256: logSha256(log),
    ...(log.header.seed === undefined ? {} : { seed: log.header.seed }),
    updates: ownUpdates(log),
    n_grad_evals: gradientEvaluations(log),
  };
}

function sgdOf(optimizer: TrainingLog['header']['optimizer']): SgdSpec {
  const parsed = sgdSchema.safeParse(optimizer);
  if (parsed.success) return parsed.data;
  throw new HjbLrError('E_PILOT', `The closures are fitted to SGD; these logs come from ${optimizer.name}.`, {
    remedy: 'Run the pilot with the optimizer sgd.',
    fields: { optimizer: optimizer.name },
  });
}

function summarize(coefficients: Coefficients): string[] {
  const verdicts = coefficients.closures.map(
    ({ name, verdict }) => `${name}: predicts left-out runs within ${(100 * verdict.prediction_error).toFixed(1)} %`,
  );
  const choice = coefficients.selected ?? `none (no closure within ${100 * coefficients.maximum_prediction_error} %)`;
  const { unfitted, not_identified = null } = coefficients;
  return [
    ...verdicts,
    ...(unfitted === undefined ? [] : [unfitted]),
    ...(not_identified === null ? [] : [not_identified]),
    `selected: ${choice}`,
  ];
}
