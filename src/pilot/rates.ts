import type { PilotOptions } from '../artifacts/experiment/experiment.js';
import type { RandomStream } from '../math/random.js';
import { ENDS, type PilotDesign } from './design.js';

type Span = Pick<PilotDesign, 'trunk' | 'warmup'>;

/** One end of an identification run, and the rates of all its updates. */
interface RunRates {
  readonly end: (typeof ENDS)[number];
  readonly rates: number[];
}

/** Rates of one identification run: of each of its ends where it is forked, the one that is held first; else of the run alone. */
export function identificationRates(
  pilot: PilotOptions,
  peak: number,
  design: PilotDesign,
  stream: RandomStream,
): RunRates[] {
  if (design.kind !== 'forked') return [{ end: 'held', rates: randomizedRates(pilot, peak, design, stream) }];
  const trunk = trunkRates(pilot, peak, design, stream);
  return ENDS.map((end) => ({ end, rates: [...trunk, ...endRates(end, pilot, peak, design.end)] }));
}

/**
 * Rates of one identification run without ends: held for `hold` updates each, drawn from the two ends {lowest_fraction peak,
 * peak} in pairs of random order, so that both are visited equally often (the D-optimal design for drift and noise; rates
 * independent of the state), times the warm-up min(1, (k + 1) / W).
 */
export function randomizedRates(
  { hold, lowest_fraction }: PilotOptions,
  peak: number,
  { trunk, warmup }: Span,
  stream: RandomStream,
): number[] {
  const levels: number[] = [];
  while (levels.length * hold < trunk) {
    const highFirst = stream.uniform() < 0.5;
    levels.push(...(highFirst ? [1, lowest_fraction] : [lowest_fraction, 1]));
  }
  return Array.from({ length: trunk }, (_, k) => peak * levels[Math.floor(k / hold)] * warmedUp(k, warmup));
}

/**
 * Rates of a run before it forks: the peak after the warm-up, so that it comes as far as it can, but for one excursion to
 * lowest_fraction peak of at most `hold` updates and at most a quarter of the run, at a random place that leaves the last
 * quarter at the peak: the state from which the ends decay holds the noise of the peak.
 */
export function trunkRates(
  { hold, lowest_fraction }: PilotOptions,
  peak: number,
  { trunk, warmup }: Span,
  stream: RandomStream,
): number[] {
  const quarter = Math.floor(trunk / 4);
  const low = Math.min(hold, quarter);
  const room = Math.max(1, trunk - quarter - low - warmup + 1);
  const from = warmup + stream.integer(room);
  const level = (k: number): number => (k >= from && k < from + low ? lowest_fraction : 1);
  return Array.from({ length: trunk }, (_, k) => peak * level(k) * warmedUp(k, warmup));
}

/** Rates of an end of E updates: `held` at the peak; `linear`, peak (E - k) / E; `step`, lowest_fraction peak. */
export function endRates(
  end: (typeof ENDS)[number],
  { lowest_fraction }: PilotOptions,
  peak: number,
  updates: number,
): number[] {
  const share = {
    held: () => 1,
    linear: (k: number) => (updates - k) / updates,
    step: () => lowest_fraction,
  }[end];
  return Array.from({ length: updates }, (_, k) => peak * share(k));
}

function warmedUp(k: number, warmup: number): number {
  return k < warmup ? (k + 1) / warmup : 1;
}
