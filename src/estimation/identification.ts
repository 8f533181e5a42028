import { mean, sampleStandardDeviation } from 'simple-statistics';
import { familiesOf, type PilotRun, type RunFamily } from './observations.js';
import { lastUpdates } from './verdict.js';

/** Least relative fall of the loss before the ends of a run, from which on it has left its first plateau. */
const LEAST_FALL = 0.1;
/** Losses at the start of a run whose mean is what it fell from. */
const FIRST_LOSSES = 5;
/** Standard errors by which decays must move the loss, either way: early in a run they cost more than they release. */
const TOLD_FROM_NOISE = 2;

/** Of runs that a trainer of one's own made: what `hjb-lr pilot --plan` would be asked for. */
export interface ForeignRuns {
  readonly peak: number;
  readonly horizon: number;
}

/**
 * Whether the runs show what a policy decides, the fall of the loss and what a decay of the rate releases.
 * @param foreign - null of runs of our own pilot
 * @returns why not, and what would show it, in one sentence; null where they do
 */
export function notIdentified(runs: readonly PilotRun[], foreign: ForeignRuns | null = null): string | null {
  const families = familiesOf(runs).filter((family) => family.length > 1);
  const remedy = (own: string): string => (foreign === null ? own : plannedRuns(foreign));
  if (families.length === 0) {
    return `No pilot run decays, so that what a decay releases is not identified: ${remedy('leave out pilot.updates_per_run')}.`;
  }
  const fall = mean(families.map(relativeFall));
  if (fall < LEAST_FALL) {
    return (
      `The pilot runs have not left their first plateau (the loss fell by ${(100 * fall).toFixed(1)} %), so that how it ` +
      `falls is not identified: ${remedy('raise pilot.budget, or pilot.peak')}.`
    );
  }
  const released = families.flatMap(logReleases);
  const error = sampleStandardDeviation(released) / Math.sqrt(released.length);
  if (Math.abs(mean(released)) > TOLD_FROM_NOISE * error) return null;
  return (
    `The decays of the pilot changed nothing that is told from noise (ln ratio ${mean(released).toFixed(3)} +- ` +
    `${error.toFixed(3)}), so that their worth is not identified: ${remedy('raise pilot.budget, or pilot.peak')}.`
  );
}

/** The short runs that would identify what foreign ones do not. */
function plannedRuns({ peak, horizon }: ForeignRuns): string {
  const rate = Number(peak.toPrecision(4));
  return `train the runs that \`hjb-lr pilot --plan --peak ${rate} --horizon ${horizon}\` prints, log every update, and import them`;
}

/** 1 - mean loss of the last updates before the ends / mean first losses. */
function relativeFall(family: RunFamily): number {
  const [{ losses }, { fork }] = family;
  const before = losses.subarray(Math.max(FIRST_LOSSES, fork!.shared - lastUpdates(family)), fork!.shared);
  return 1 - mean([...before]) / mean([...losses.subarray(0, FIRST_LOSSES)]);
}

/** ln(loss of an end that decays / loss where the rate was held), of every last update: on the same minibatch. */
function logReleases(family: RunFamily): number[] {
  const [held, ...decays] = family;
  const last = lastUpdates(family);
  const n = held.losses.length;
  return decays.flatMap(({ losses }) =>
    Array.from({ length: last }, (_, i) => Math.log(losses[n - last + i] / held.losses[n - last + i])),
  );
}
