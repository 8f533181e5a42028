import { canonicalJson } from '../artifacts/shared/hash.js';
import { isPeakSearch, observedColumn, type TrainingLog } from '../artifacts/training-log/training-log.js';
import { HjbLrError, type Issue } from '../errors.js';
import { repeatedRuns } from './repeats.js';

/** One independent pilot run, as the estimators see it: rates in force and minibatch adversarial losses, per update. */
export interface PilotRun {
  readonly id: string;
  /** Learning rate u_k in force at update k. */
  readonly rates: Float64Array;
  /** Minibatch adversarial loss y_k at the perturbed points, before update k. */
  readonly losses: Float64Array;
  /** Of a run that forked: the run that it left, and how many updates it shares with it; none for a run of its own. */
  readonly fork?: { readonly of: string; readonly shared: number };
}

/** A run of its own with the runs that forked from it, itself first: the independent unit of a fit. */
export type RunFamily = readonly PilotRun[];

/** The runs by what they forked from, in the order of the runs of their own. */
export function familiesOf(runs: readonly PilotRun[]): RunFamily[] {
  return runs
    .filter(({ fork }) => fork === undefined)
    .map((own) => [own, ...runs.filter(({ fork }) => fork?.of === own.id)]);
}

/** Fewest updates a run must have for a fit. */
const SHORTEST_RUN = 10;

/** What errors call the logs. */
export interface LogNames {
  /** Name of each log, in their order; the run ids by default. */
  readonly names?: readonly string[] | undefined;
  /** Where they come from. */
  readonly origin?: string | undefined;
}

/**
 * The runs of a set of training logs that identify coefficients.
 *
 * @throws E_PILOT naming every run that diverged, is too short, or holds a loss that is not finite and positive, and
 * when two runs have their losses in common, when fewer than two runs remain or when all of them hold one and the same rate (drift and noise are then confounded,
 * theory: identifiability needs two rates at every state)
 */
export function pilotRuns(logs: readonly TrainingLog[], { names, origin = '' }: LogNames = {}): PilotRun[] {
  const named = logs.map((log, i) => ({ log, name: names?.[i] ?? log.header.run_id }));
  const identifying = named.filter(({ log }) => !isPeakSearch(log.header));
  const issues = identifying.flatMap((entry) => [...problemsOf(entry), ...mismatches(entry, identifying[0])]);
  if (issues.length > 0) throw pilotError(origin, 'The pilot runs cannot be used.', issues);
  const own = identifying.filter(({ log }) => log.header.forked_from === undefined);
  const repeats = repeatedRuns(
    own.map(({ log, name }) => ({ name, seed: log.header.seed, losses: toRun(log).losses })),
  );
  if (repeats.length > 0) throw pilotError(origin, 'The pilot runs are not independent.', repeats, OTHER_SEEDS);
  if (own.length < 2) {
    const others = named.length - identifying.length;
    const searches = others === 0 ? '' : ` (${others} more only looked for the peak rate)`;
    const got = `got ${own.length}${searches}`;
    throw pilotError(origin, `A fit needs at least two independent runs; ${got}.`, [], ONE_MORE);
  }
  const strays = identifying.filter(({ log: { header } }) => {
    const from = header.forked_from?.run_id;
    return from !== undefined && own.every(({ log }) => log.header.run_id !== from);
  });
  const missing = strays.map(({ log, name }) => ({
    path: name,
    message: `forked from ${log.header.forked_from!.run_id}, whose log is not here`,
  }));
  if (missing.length > 0) throw pilotError(origin, 'The pilot runs cannot be used.', missing);
  const runs = identifying.map(({ log }) => toRun(log));
  if (new Set(runs.flatMap((run) => [...run.rates])).size < 2) {
    const sentence = 'All pilot runs hold one and the same rate: drift and noise cannot be told apart.';
    throw pilotError(origin, sentence, [], OTHER_RATE);
  }
  return runs;
}

interface NamedLog {
  readonly log: TrainingLog;
  readonly name: string;
}

function toRun({ header, steps }: TrainingLog): PilotRun {
  const { forked_from } = header;
  return {
    id: header.run_id,
    ...(forked_from === undefined ? {} : { fork: { of: forked_from.run_id, shared: forked_from.update } }),
    rates: Float64Array.from(steps, (step) => Number(step.lr)),
    losses: Float64Array.from(steps, (step) => Number(step[observedColumn(header.objective, header.attack !== null)])),
  };
}

/** What all runs of one fit must share: they are samples of one equation. */
const SHARED_FIELDS = [
  'horizon',
  'batch_size',
  'objective',
  'optimizer',
  'clip',
  'attack',
  'loss',
  'training',
] as const;

function mismatches({ log, name }: NamedLog, first: NamedLog): Issue[] {
  const differs = (field: (typeof SHARED_FIELDS)[number]): boolean =>
    canonicalJson(log.header[field]) !== canonicalJson(first.log.header[field]);
  return SHARED_FIELDS.filter(differs).map((field) => ({
    path: `${name}.${field}`,
    message: `differs from that of ${first.name}`,
  }));
}

function problemsOf({ log: { header, steps, end }, name: path }: NamedLog): Issue[] {
  const issues: Issue[] = [];
  if (end?.status === 'diverged') issues.push({ path, message: `diverged (${end.reason ?? 'no reason given'})` });
  if (steps.length < SHORTEST_RUN) {
    issues.push({ path, message: `has ${steps.length} updates; a fit needs at least ${SHORTEST_RUN}` });
  }
  const column = observedColumn(header.objective, header.attack !== null);
  const bad = steps.find((step) => !(Number(step[column]) > 0 && Number.isFinite(Number(step[column]))));
  if (bad !== undefined && end?.status !== 'diverged') {
    const shown = bad[column] === undefined ? 'missing' : JSON.stringify(bad[column]);
    issues.push({ path: `${path}: update ${bad.update}: ${column}`, message: `${shown}; must be positive and finite` });
  }
  return issues;
}

const OTHER_SEEDS = 'Leave the repeated logs out; a second sample of the noise is a run with another seed.';
const ONE_MORE = 'Add the log of a run with another seed, at rates that vary; `hjb-lr pilot --plan` prints such rates.';
const OTHER_RATE =
  'These runs can stay: add one whose rate falls to a tenth for a while. `hjb-lr pilot --plan` prints such rates.';

function pilotError(
  origin: string,
  sentence: string,
  issues: readonly Issue[],
  remedy = 'Run the pilot again with a lower peak, more runs, or rates that vary within each run.',
): HjbLrError {
  return new HjbLrError('E_PILOT', origin === '' ? sentence : `${origin}: ${sentence}`, {
    remedy,
    issues,
    fields: { problems: issues.length },
  });
}
