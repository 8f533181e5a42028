import path from 'node:path';
import type { Decision } from '../artifacts/policy/decision.js';
import type { MethodResult, Results } from '../artifacts/results/results.js';
import { weightsPath } from '../training/saved-weights.js';

/** What a run leaves to use: the policy of all seeds, with what it is, and the weights of the networks that were trained. */
export function takeaway({ policy, methods }: Results, out: string): string[] {
  const made = policy === undefined ? [] : [policySentence(policy, out)];
  const trained = methods.filter(({ family }) => family === 'policy' || family === 'recommended');
  const kept = trained.flatMap((method) => weightsLine(method, out));
  return [...made, ...kept];
}

/** What it would take for a policy that is more than its fallback, by the check that kept it there. */
const NEEDED: Readonly<Record<NonNullable<Decision['failed_check']>['check'], string>> = {
  fitted:
    'pilot runs that can be fitted: raise pilot.budget or the horizon where there are none, lower pilot.peak.multiple where they diverge',
  identified: 'pilot runs that show what a decay is worth: raise pilot.budget or the horizon',
  predicted: 'a model that predicts pilot runs: raise pilot.runs and pilot.budget, for more and longer runs',
  better:
    'more pilot runs, which tell schedules further apart (pilot.runs, pilot.budget), or a problem in which they differ',
  finite: 'pilot runs that the models fit: lower pilot.peak.multiple',
};

function policySentence({ policy_path, seeds, peak, decision }: NonNullable<Results['policy']>, out: string): string {
  const from = seeds === 1 ? 'the pilot of the one seed' : `the pilots of all ${seeds} seeds together`;
  const rate = Number(peak.toPrecision(3));
  const what = decision.deviated ? `follows ${decision.followed}` : 'is its fallback, WSD';
  const needed =
    decision.failed_check === null || decision.failed_check === undefined
      ? ''
      : `; for more it needs ${NEEDED[decision.failed_check.check]}`;
  return `policy: ${path.join(out, policy_path)}, made from ${from}; it ${what}, at the peak ${rate}${needed}`;
}

function weightsLine({ label, runs }: MethodResult, out: string): string[] {
  const [first] = runs
    .filter(({ status }) => status === 'completed')
    .map(({ log }) => weightsPath(path.join(out, log)));
  return first === undefined ? [] : [`weights of ${label}: ${first.replace(/seed-\d+/, 'seed-*')}`];
}
