import type { Coefficients } from '../../artifacts/coefficients/coefficients.js';
import { interpolateTable } from '../../math/interpolation.js';
import { digits, gainOver, percent, SHARE_NEEDED } from './gains.js';
import type { ModelDraw } from './model-draw.js';
import { plansOf } from './plans.js';
import { blockRates, simulatedLosses, type SimulatedRun } from './simulate.js';
import { timeBlocks } from './time-blocks.js';

/** Draws that have a plan of their own, and that the mean is taken over: fewer than before a run, because the run waits. */
const PLANNED_DRAWS = 2;

/** Where a run stands when it decides again. */
export interface Standing {
  /** Updates done. */
  readonly update: number;
  /** Rates of the updates that are left, as they are planned. */
  readonly inForce: readonly number[];
  /** Draws of the believed models, from where the run stands. */
  readonly draws: readonly ModelDraw[];
  /** Error of differences between schedules, of ln loss. */
  readonly error: number;
}

/** What was decided, and the rates of the updates that are left. */
export interface DecidedAgain {
  readonly followed: string;
  readonly reason: string;
  readonly gain: number;
  readonly share: number;
  readonly rates: readonly number[];
}

type Decided = Pick<Coefficients, 'horizon' | 'rates' | 'objective'>;

/**
 * The decision of `decide` for the rest of a run: what is planned is the null, and linear decay from here, its square, the minimiser of the
 * mean loss over draws and plans of single draws are the candidates. One is followed only where its gain over the plan, with the
 * error of differences added, is positive in 90 % of draws.
 */
export function decideAgain(
  { horizon, rates, objective }: Decided,
  { update, inForce, draws, error }: Standing,
): DecidedAgain {
  const left = horizon - update;
  const run: SimulatedRun = {
    blocks: timeBlocks(left),
    horizon: left,
    integral: objective.form === 'integral',
    seed: update,
  };
  const kept = { name: 'in_force', rates: inForce };
  const planned = [blockRates(rateTable(inForce), run.blocks)];
  const ofPlan = draws.map((draw, i) => simulatedLosses(draw, i, planned, run)[0]);
  const usable = draws.flatMap((_, i) => (ofPlan[i] > 0 && Number.isFinite(ofPlan[i]) ? [i] : []));
  if (usable.length === 0) return keptPlan(inForce, 'no draw of the models gives a finite loss', 0, 0);
  const minimisers = plansOf(
    usable.map((i) => ({ draw: draws[i], loss: ofPlan[i] })),
    { horizon: left, rates, integral: run.integral },
    PLANNED_DRAWS,
  );
  const candidates = [
    kept,
    { name: 'linear', rates: decayFrom(inForce[0], left, 1) },
    { name: 'linear_squared', rates: decayFrom(inForce[0], left, 2) },
    ...minimisers.map(({ name, plan }) => ({ name, rates: ratesOf(plan, left, rates) })),
  ];
  const schedules = candidates.map((candidate) => blockRates(rateTable(candidate.rates), run.blocks));
  const losses = usable.map((i) => simulatedLosses(draws[i], i, schedules, run));
  const gains = candidates.map((_, own) => gainOver(losses, 0, own, { error, seed: update }));
  const ranked = candidates.flatMap((_, own) => (own === 0 ? [] : [own])).sort((a, b) => gains[b].mean - gains[a].mean);
  const best = ranked.find((own) => gains[own].share >= SHARE_NEEDED);
  if (best === undefined) {
    const { share, mean } = gains[ranked[0]];
    const most = Math.max(...ranked.map((own) => gains[own].share));
    const words = `no schedule is better in ${percent(SHARE_NEEDED)} of draws, the best in ${percent(most)}`;
    return keptPlan(inForce, words, mean, share);
  }
  const { name } = candidates[best];
  const gain = gains[best];
  return {
    followed: name,
    reason: `${name} is better in ${percent(gain.share)} of draws, by ${percent(gain.mean)} in the mean`,
    gain: digits(gain.mean),
    share: digits(gain.share),
    rates: candidates[best].rates,
  };
}

function keptPlan(rates: readonly number[], reason: string, gain: number, share: number): DecidedAgain {
  return { followed: 'in_force', reason, gain: digits(gain), share: digits(share), rates };
}

/** Rates at times between updates. */
function rateTable(rates: readonly number[]): { name: string; openLoop: Plan; rateAt(time: number): number } {
  const updates = rates.map((_, k) => k);
  const axis = { coordinate: 'identity' as const, grid: updates };
  return {
    name: '',
    openLoop: { updates, values: rates },
    rateAt: (time) => interpolateTable([axis], rates, [time]),
  };
}

type Plan = { readonly updates: readonly number[]; readonly values: readonly number[] };

/** The plan at every update that is left, inside the rates. */
function ratesOf({ updates, values }: Plan, left: number, { min, max }: Coefficients['rates']): number[] {
  const axis = { coordinate: 'identity' as const, grid: updates };
  return Array.from({ length: left }, (_, k) => Math.min(max, Math.max(min, interpolateTable([axis], values, [k]))));
}

/** From the rate in force to 0 at the end, along a power of what is left. */
function decayFrom(rate: number, left: number, power: number): number[] {
  return Array.from({ length: left }, (_, k) => rate * ((left - k) / left) ** power);
}
