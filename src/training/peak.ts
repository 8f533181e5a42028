import type { Experiment } from '../artifacts/experiment/experiment.js';
import { isPeakSearch, type TrainingLog } from '../artifacts/training-log/training-log.js';
import { readingOf } from './reading.js';
import { tournamentPeak } from './tournament.js';

/** What of an experiment the peak depends on beside the logs. */
type PeakSearch = Pick<Experiment, 'pilot' | 'optimizer'>;

/**
 * The peak rate that the logs of a pilot show: those of its search alone are looked at.
 * @throws E_PILOT if the search has no reading, or every run of the tournament diverged
 */
export function pilotPeak(experiment: PeakSearch, pilotLogs: readonly TrainingLog[]): number {
  const { peak } = experiment.pilot;
  const logs = pilotLogs.filter(({ header }) => isPeakSearch(header));
  if (peak.method === 'given') return peak.peak;
  if (peak.method === 'paired_tournament') {
    return tournamentPeak(
      logs.map((log, i) => ({
        rate: peak.rates[i],
        losses:
          log.end?.status === 'completed'
            ? log.steps.map((step) => Number(step.train_robust_loss ?? step.train_loss))
            : [NaN],
      })),
    );
  }
  const remedy = 'Set pilot.peak to { "method": "given", "peak": ... } or to a paired_tournament.';
  return peak.multiple * (1 - momentumOf(experiment)) * readingOf(logs[0], remedy).rate;
}

/** beta: a step of momentum SGD is the sum of 1 / (1 - beta) gradients, and the reading is of steps without it. */
function momentumOf({ optimizer }: PeakSearch): number {
  return optimizer.name === 'sgd' ? optimizer.momentum : 0;
}
