import { existsSync } from 'node:fs';
import path from 'node:path';
import { readArtifact } from '../artifacts/files.js';
import { readTrainingLog } from '../artifacts/log-file.js';
import type { Policy } from '../artifacts/policy/policy.js';
import type { MethodResult, Results } from '../artifacts/results/results.js';
import type { TrainingLog } from '../artifacts/training-log/training-log.js';
import { controlNames } from '../controls/index.js';
import { createFilter, policySchedule, WEIGHTS_STATE, type FilterState } from '../schedules/index.js';

/** Points that a picture shows of one run. */
const POINTS = 200;

/** What a filter believed along one run, thinned: before each update, with the losses up to the one before taken in. */
export interface Belief {
  readonly seed: number;
  readonly update: readonly number[];
  /** By state: its median and its 90 % interval, in natural units. */
  readonly states: readonly { readonly name: string; readonly band: readonly (readonly [number, number, number])[] }[];
  /** The loss that was foreseen for the update, and the mean of those that came since the point before. */
  readonly foreseen: readonly number[];
  readonly seen: readonly (number | null)[];
}

/** A run under controls that its log has columns for. */
export interface ControlledRun {
  readonly seed: number;
  readonly update: readonly number[];
  /** By control, thinned. */
  readonly controls: Readonly<Record<string, readonly (number | null)[]>>;
}

/** What a study's results leave to the logs beside them. */
export interface StudyRecord {
  /** By method, of the methods whose logs are there. */
  readonly controlled: ReadonlyMap<string, readonly ControlledRun[]>;
  readonly beliefs: readonly Belief[];
  /** Logs and policies that are not there. */
  readonly missing: readonly string[];
}

/** Families whose runs set other controls than the rate. */
const CONTROLLING: readonly MethodResult['family'][] = ['policy', 'policy_hjb', 'recommended', 'named'];

/**
 * Controls and beliefs of a study's runs, from the logs and policies beside its results.
 * @param folder - of the results; what is missing there is listed
 */
export async function studyRecord(results: Results, folder: string): Promise<StudyRecord> {
  const controlled = new Map<string, ControlledRun[]>();
  const beliefs: Belief[] = [];
  const missing: string[] = [];
  for (const method of results.methods.filter(({ family }) => CONTROLLING.includes(family))) {
    for (const { seed, log: place } of method.runs) {
      const file = path.join(folder, place);
      if (!existsSync(file)) {
        missing.push(place);
        continue;
      }
      const log = await readTrainingLog(file);
      controlled.set(method.id, [...(controlled.get(method.id) ?? []), controlsOf(log, seed)]);
      if (method.family === 'policy_hjb') beliefs.push(...(await beliefsOfSeed(log, seed, path.join(folder, 'seeds', String(seed))))); // prettier-ignore
    }
  }
  return { controlled, beliefs, missing };
}

async function beliefsOfSeed(log: TrainingLog, seed: number, folder: string): Promise<Belief[]> {
  const file = path.join(folder, 'policy-hjb.json');
  if (!existsSync(file)) return [];
  const belief = beliefOf(await readArtifact('policy', file), log, seed);
  return belief === null ? [] : [belief];
}

/** Columns of controls, at a few hundred updates. */
export function controlsOf({ steps }: TrainingLog, seed: number): ControlledRun {
  const stride = Math.max(1, Math.ceil(steps.length / POINTS));
  const rows = steps.filter((_, i) => i % stride === 0);
  const names = controlNames().filter((name) => name !== 'learning_rate' && steps.some((step) => name in step));
  return {
    seed,
    update: rows.map(({ update }) => update),
    controls: Object.fromEntries(names.map((name) => [name, rows.map((row) => finiteOrNull(row[name]))])),
  };
}

/** Half-width of a 90 % interval of a normal law, in standard deviations. */
const NINETY = 1.6448536269514722;

/**
 * What the filter of a policy believed along a run that followed it: the policy's own recursion on the losses and rates of the
 * log. null for a policy without a filter, or where the log has no column of its loss.
 */
export function beliefOf(policy: Policy, log: TrainingLog, seed: number): Belief | null {
  const { filter: description, input } = policy;
  if (description === null || description.kind === 'weights' || input === null) return null;
  if (policy.requires.includes(WEIGHTS_STATE)) return null;
  const filter = createFilter(description);
  const schedule = policySchedule(policy, { updates: log.header.updates });
  const stride = Math.max(1, Math.ceil(log.steps.length / POINTS));
  const belief = { update: [] as number[], foreseen: [] as number[], seen: [] as (number | null)[] };
  const bands: [number, number, number][][] = filter.stateNames.map(() => []);
  let state = schedule.init();
  log.steps.forEach((step, k) => {
    const last = log.steps[k - 1];
    const value = Number(last?.[input.metric]);
    const metrics = last !== undefined && last[input.metric] !== undefined && (k - 1) % input.cadence_updates === 0 ? { [input.metric]: { value, update: k - 1 } } : {}; // prettier-ignore
    state = schedule.decide(state, { metrics }).state;
    if (k % stride !== 0 || state.filter === null) return;
    const now: FilterState = { mean: state.filter.mean, covariance: state.filter.covariance };
    belief.update.push(step.update);
    belief.foreseen.push(filter.predictedLoss(now));
    belief.seen.push(meanLoss(log, input.metric, k, stride));
    now.mean.forEach((mean, i) => {
      const spread = NINETY * Math.sqrt(Math.max(0, now.covariance[i * now.mean.length + i]));
      bands[i].push([Math.exp(mean - spread), Math.exp(mean), Math.exp(mean + spread)]);
    });
  });
  if (belief.update.length === 0) return null;
  return { seed, ...belief, states: filter.stateNames.map((name, i) => ({ name, band: bands[i] })) };
}

/** Mean of the losses of a block of updates. */
function meanLoss({ steps }: TrainingLog, metric: string, from: number, length: number): number | null {
  const values = steps.slice(from, from + length).map((step) => Number(step[metric]));
  const sum = values.reduce((total, value) => total + value, 0);
  return Number.isFinite(sum) ? sum / values.length : null;
}

function finiteOrNull(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
