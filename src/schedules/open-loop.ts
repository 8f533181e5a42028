import { HjbLrError } from '../errors.js';
import { compileExpression } from '../math/expressions.js';
import { requireRunLength } from './contract.js';
import type { Schedule } from './schedule.js';
import type { OpenLoopSpec } from './spec.js';

/** Updates decided so far. */
type Progress = { readonly updates: number };

/** Rate of update k before the warm-up factor. */
type RateOfUpdate = (k: number) => number;

/**
 * A schedule that looks at nothing but the number of updates done. For update k = 0..T-1 of a run of T updates, with
 * W = round(warmup T) and D = round(decay T), the rate is min(1, (k + 1) / W) times
 *
 *     constant      rate
 *     linear        peak min(1, (T - k) / (T - W))
 *     wsd           peak min(1, (T - k) / D)
 *     cosine        final + (peak - final) (1 + cos(pi max(k - W, 0) / (T - W))) / 2
 *     step          peak factor^m,  m the milestones with k >= round(milestone T)
 *     one_cycle     from peak / initial_divisor up to the peak at k = e = rise T - 1, then down to peak / (initial_divisor
 *                   final_divisor) at k = T - 1, each along half a cosine (torch's OneCycleLR of two phases; no warm-up)
 *     inverse_time  peak / (1 + max(k - W, 0) / half_life)
 *     piecewise     rates[floor(k / hold)], the last one from there on (no warm-up)
 *     expression    its value at t = k, T, s = k / T (no warm-up)
 *
 * Update W - 1 is the first at the peak. A decay "to 0" would reach 0 at k = T, so that the last update, T - 1, still
 * moves. Past the end of the run the last rate holds.
 *
 * @param updates - T, a positive integer
 * @throws E_INVALID if T is no positive integer or a rate underflows to 0; E_EXPRESSION for an expression that is not
 * legal, or not finite and positive at some update
 */
export async function openLoopSchedule(spec: OpenLoopSpec, updates: number): Promise<Schedule<Progress>> {
  requireRunLength(updates);
  const warmup = 'warmup' in spec ? Math.round(spec.warmup * updates) : 0;
  const rateOf = await rateFunction(spec, updates, warmup);
  const factor = (k: number): number => (k < warmup ? (k + 1) / warmup : 1);
  const rates = Float64Array.from({ length: updates }, (_, k) => factor(k) * rateOf(k));
  requirePositiveRates(spec, rates);
  return {
    name: spec.name,
    controls: ['learning_rate'],
    observes: null,
    describe: () => spec,
    init: () => ({ updates: 0 }),
    decide({ updates: k }) {
      const learning_rate = rates[Math.min(k, updates - 1)];
      return { state: { updates: k + 1 }, controls: { learning_rate }, reason: k < warmup ? 'warmup' : 'schedule' };
    },
  };
}

async function rateFunction(spec: OpenLoopSpec, T: number, W: number): Promise<RateOfUpdate> {
  switch (spec.name) {
    case 'constant':
      return () => spec.rate;
    case 'linear':
      return (k) => spec.peak * Math.min(1, (T - k) / (T - W));
    case 'wsd': {
      const D = Math.round(spec.decay * T);
      return (k) => spec.peak * Math.min(1, (T - k) / D);
    }
    case 'cosine':
      return (k) => spec.final + ((spec.peak - spec.final) * (1 + Math.cos(Math.PI * decayed(k, T, W)))) / 2;
    case 'step': {
      const drops = spec.milestones.map((milestone) => Math.round(milestone * T));
      return (k) => spec.peak * spec.factor ** drops.filter((drop) => k >= drop).length;
    }
    case 'one_cycle':
      return oneCycle(spec, T);
    case 'inverse_time':
      return (k) => spec.peak / (1 + Math.max(k - W, 0) / spec.half_life);
    case 'piecewise':
      return (k) => spec.rates[Math.min(Math.floor(k / spec.hold), spec.rates.length - 1)];
    case 'expression': {
      const expression = await compileExpression(spec.rate, ['t', 'T', 's']);
      return (k) => expression.evaluate([k, T, k / T]);
    }
  }
}

/** Smith's one cycle (2018, arXiv 1708.07120) with the ends and the cosines of torch.optim.lr_scheduler.OneCycleLR. */
function oneCycle(
  { peak, rise, initial_divisor, final_divisor }: Extract<OpenLoopSpec, { name: 'one_cycle' }>,
  T: number,
): RateOfUpdate {
  const initial = peak / initial_divisor;
  const end = rise * T - 1;
  const between = (from: number, to: number, share: number): number =>
    to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;
  return (k) =>
    end > 0 && k <= end
      ? between(initial, peak, k / end)
      : between(peak, initial / final_divisor, (k - end) / (T - 1 - end));
}

/** Share of the decay that is done before update k; 0 during the warm-up, also where that fills the run. */
function decayed(k: number, T: number, W: number): number {
  return k > W ? (k - W) / (T - W) : 0;
}

function requirePositiveRates(spec: OpenLoopSpec, rates: Float64Array): void {
  const bad = rates.findIndex((rate) => !(rate > 0 && Number.isFinite(rate)));
  if (bad < 0) return;
  const expression = spec.name === 'expression';
  throw new HjbLrError(
    expression ? 'E_EXPRESSION' : 'E_INVALID',
    `The schedule "${expression ? spec.rate : spec.name}" gives the rate ${rates[bad]} at update ${bad}; a rate must be positive.`,
    {
      remedy: expression
        ? 'Correct the expression in t (updates done), T (updates of the run) and s = t / T.'
        : 'Choose parameters whose smallest rate is still a positive number.',
      fields: { schedule: spec, update: bad, rate: String(rates[bad]) },
    },
  );
}
