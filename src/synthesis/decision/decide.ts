import type { ClosureFit, Coefficients } from '../../artifacts/coefficients/coefficients.js';
import type { Decision } from '../../artifacts/policy/decision.js';
import type { Policy } from '../../artifacts/policy/policy.js';
import { believedModels, leastError, type BelievedModels } from './believed-models.js';
import { closureDraws } from './closure-draws.js';
import { feedbackGain, type FeedbackGain } from './feedback.js';
import { digits, gainOver, percent, SHARE_NEEDED, type Gain } from './gains.js';
import { plansOf } from './plans.js';
import { summarised } from './prediction.js';
import {
  nullCandidates,
  openLoopCandidate,
  shapedCandidates,
  type OpenLoop,
  type ScheduleCandidate,
} from './schedule-candidate.js';
import { blockRates, simulatedLosses, type SimulatedRun } from './simulate.js';
import { timeBlocks } from './time-blocks.js';

/** Draws that have a plan of their own, and that the mean is taken over. */
const PLANNED_DRAWS = 4;
const SEED = 0;

/** What is decided, and what is to be followed. */
export interface Decided {
  readonly decision: Decision;
  /** null: WSD at the peak itself. */
  readonly openLoop: OpenLoop | null;
}

type FailedCheck = NonNullable<Decision['failed_check']>;

/** Where nothing is decided from a model: WSD at the peak. */
export function undecided(reason: string, check: FailedCheck['check'], bound?: Bound): Decided {
  const nothing = { draws: 0, difference_error: null, gain: null, share: null, interval: null, candidates: [] };
  const failed_check = { check, found: bound?.found ?? null, needed: bound?.needed ?? null };
  return {
    decision: { null: 'wsd', followed: 'wsd', deviated: false, reason, failed_check, ...nothing },
    openLoop: null,
  };
}

/** What a check found, and what it asks for. */
interface Bound {
  readonly found: number;
  readonly needed: number;
}

/** The solver's policy, and the fit whose closure it follows. */
export interface SolvedClosure {
  readonly fit: ClosureFit;
  readonly hjb: Policy;
}

/**
 * Decides under the posterior which schedule a policy follows. Models are the closures that may be followed and the modes,
 * with as many of 200 draws as they deserve: weights odds e^-n, e the error of differences between the ends of n runs left out. Candidates are the minimiser of the mean loss over draws, the plans of single
 * draws, the mean trajectory of the HJB policy, decays of other shapes, and the nulls, WSD and linear decay at the peak. Each is simulated under all
 * draws; the gain of one schedule over another in a draw is ln(loss of the other / its own loss) + e xi, with e the held-out
 * error of differences between schedules and xi standard normal. Linear decay is the null in place of WSD, and then a
 * candidate is followed in place of the null, only where its gain is positive in 90 % of draws. Feedback, the HJB policy
 * itself, is followed only where its own mean trajectory is what was chosen and the closed loop beats it in the simulation.
 *
 * @param solved - null where no closure was selected
 */
export function decide(coefficients: Coefficients, solved: SolvedClosure | null): Decided {
  const believed = believedModels(coefficients);
  if (believed === null) {
    const bound = { found: leastError(coefficients), needed: coefficients.maximum_prediction_error };
    return undecided(
      `No model predicts the final loss after a decay of runs left out within ${100 * bound.needed} % (the best misses by ` +
        `${(100 * bound.found).toFixed(1)} %): WSD at the peak.`,
      'predicted',
      bound,
    );
  }
  const { draws, error, levelError, words } = believed;
  const nulls = nullCandidates(coefficients);
  const run: SimulatedRun = {
    blocks: timeBlocks(coefficients.horizon),
    horizon: coefficients.horizon,
    integral: coefficients.objective.form === 'integral',
    seed: SEED,
  };
  const wsd = [blockRates(nulls.wsd, run.blocks)];
  const ofWsd = draws.map((draw, i) => simulatedLosses(draw, i, wsd, run)[0]);
  const usable = draws.flatMap((_, i) => (ofWsd[i] > 0 && Number.isFinite(ofWsd[i]) ? [i] : []));
  if (usable.length === 0) return undecided('No draw of the models gives a finite loss: WSD at the peak.', 'finite');
  const planned = plansOf(
    usable.map((i) => ({ draw: draws[i], loss: ofWsd[i] })),
    { horizon: coefficients.horizon, rates: coefficients.rates, integral: run.integral },
    PLANNED_DRAWS,
  ).map(({ name, plan }) => openLoopCandidate(name, plan, coefficients));
  const trajectory =
    solved === null
      ? []
      : [openLoopCandidate('hjb_mean', solved.hjb.controls['learning_rate'].open_loop, coefficients)];
  const candidates = [nulls.wsd, nulls.linear, ...shapedCandidates(coefficients), ...planned, ...trajectory];
  const schedules = candidates.map((candidate) => blockRates(candidate, run.blocks));
  const losses = usable.map((i) => simulatedLosses(draws[i], i, schedules, run));
  const decided = chosen(candidates, losses, { error, levelError, words });
  if (solved === null || decided.decision.followed !== 'hjb_mean') return decided;
  const gain = feedbackGain(closureDraws(solved.fit), solved.hjb);
  return gain !== null && gain.mean > 2 * gain.standardError ? withFeedback(decided, gain) : decided;
}

function withFeedback({ decision, openLoop }: Decided, { mean }: FeedbackGain): Decided {
  const more = ` Its closed loop beats its own mean trajectory by ${(100 * mean).toFixed(2)} % there, and is followed.`;
  return { openLoop, decision: { ...decision, followed: 'feedback', reason: `${decision.reason}${more}` } };
}

function chosen(
  candidates: readonly ScheduleCandidate[],
  losses: readonly (readonly number[])[],
  { error, levelError, words }: Pick<BelievedModels, 'error' | 'levelError' | 'words'>,
): Decided {
  const [WSD, LINEAR] = [0, 1];
  const errors = { error, seed: SEED };
  const linear = gainOver(losses, WSD, LINEAR, errors);
  const base = linear.share >= SHARE_NEEDED ? LINEAR : WSD;
  const gains = candidates.map((_, own) => gainOver(losses, base, own, errors));
  const ranked = candidates
    .flatMap((_, own) => (own > LINEAR ? [own] : []))
    .sort((a, b) => gains[b].mean - gains[a].mean);
  const best = ranked.find((own) => gains[own].share >= SHARE_NEEDED);
  const followed = best ?? base;
  const shown = best ?? ranked[0] ?? LINEAR;
  const told = followed === LINEAR ? linear : gains[shown];
  const decision: Decision = {
    null: base === LINEAR ? 'linear' : 'wsd',
    followed: candidates[followed].name,
    deviated: followed !== WSD,
    reason: reasonOf({
      words,
      followed: candidates[followed].name,
      against: base === LINEAR && best !== undefined ? 'linear' : 'wsd',
      gain: told,
    }),
    failed_check: followed === WSD ? { check: 'better', found: digits(told.share), needed: SHARE_NEEDED } : null,
    draws: losses.length,
    difference_error: digits(error),
    gain: digits(told.mean),
    share: digits(told.share),
    interval: [digits(told.interval[0]), digits(told.interval[1])],
    predicted: predictionOf(
      losses.map((row) => row[followed]),
      levelError,
    ),
    candidates: candidates.map(({ name }, own) => ({
      name,
      gain: digits(gains[own].mean),
      share: digits(gains[own].share),
    })),
  };
  return { decision, openLoop: followed === WSD ? null : candidates[followed].openLoop };
}

function predictionOf(losses: readonly number[], levelError: number): Decision['predicted'] {
  const predicted = summarised(losses, levelError);
  return predicted === null ? null : { median: predicted.median, interval: [...predicted.interval] };
}

function reasonOf(told: { words: string; followed: string; against: string; gain: Gain }): string {
  const { words, followed, against, gain } = told;
  const name = against === 'wsd' ? 'WSD at the peak' : 'linear decay at the peak';
  if (followed === 'wsd') {
    return (
      `No schedule beats WSD at the peak in ${percent(SHARE_NEEDED)} of draws (${words}): the best does in ` +
      `${percent(gain.share)} (mean gain ${percent(gain.mean)} of the loss), so that the policy is WSD at the peak.`
    );
  }
  return (
    `${followed} beats ${name} in ${percent(gain.share)} of draws (${words}), by ${percent(gain.mean)} of the loss in the ` +
    'mean, with the held-out error of differences between schedules added: the policy follows it.'
  );
}
