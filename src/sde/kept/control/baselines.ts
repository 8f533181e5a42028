import { mean } from '../../../math/vectors.js';
import { minimizeBySimplex } from '../../../math/nelder-mead.js';
import type { SgdModel } from '../../model.js';
import type { BothRatesProblem } from './problem.js';
import type { BothRatesRuns } from './runs.js';

/** Learning rate (absolute) and step size of the attack. */
export type ConstantRates = readonly [number, number];

export interface ConstantBaseline {
  readonly name: 'constant' | 'held_attack';
  readonly rates: ConstantRates;
  /** Pairs that were tried, each over all runs of the search. */
  readonly tried: number;
}

/** Values of each rate that are tried first, evenly over its bounds. */
const SCANNED = 9;

/**
 * The constants within the bounds whose real runs cost least on average: of both rates, and, where both are controlled, of the
 * learning rate alone with the attack as the file has it. A scan, then the simplex search from its best.
 */
export function bestConstants(
  { eta, rate, file }: SgdModel,
  { attackRate }: BothRatesProblem,
  run: (rates: ConstantRates) => Pick<BothRatesRuns, 'cost'>,
): ConstantBaseline[] {
  const learning = [eta * rate.lower, eta * rate.upper] as const;
  const held = file.attack.type === 'penalised_ascent' ? file.attack.eta_i : 0;
  const best = (name: ConstantBaseline['name'], attack: readonly [number, number]): ConstantBaseline => {
    let tried = 0;
    const cost = (rates: ConstantRates): number => {
      const isInside = within(rates[0], learning) && within(rates[1], attack);
      if (!isInside) return Infinity;
      tried += 1;
      const ofRuns = mean(run(rates).cost);
      return Number.isFinite(ofRuns) ? ofRuns : Infinity;
    };
    const grid = spread(learning).flatMap((a) => spread(attack).map((b): ConstantRates => [a, b]));
    const costs = grid.map(cost);
    const start = grid[costs.indexOf(Math.min(...costs))];
    const scale = [learning, attack].map(([low, high]) => (high - low) / (2 * SCANNED));
    const free = scale.flatMap((step, k) => (step > 0 ? [k] : []));
    const at = (point: readonly number[]): ConstantRates => {
      const rates: [number, number] = [start[0], start[1]];
      free.forEach((k, i) => (rates[k] = point[i]));
      return rates;
    };
    const { point } = minimizeBySimplex((place) => cost(at(place)), free.map((k) => start[k]), {
      steps: free.map((k) => (start[k] + scale[k] > [learning, attack][k][1] ? -scale[k] : scale[k])),
      maximumIterations: 60,
      tolerance: 1e-9,
    }); // prettier-ignore
    return { name, rates: at(point), tried };
  };
  const both = best('constant', attackRate);
  return attackRate[0] < attackRate[1] ? [both, best('held_attack', [held, held])] : [both];
}

function within(value: number, [low, high]: readonly [number, number]): boolean {
  return value >= low && value <= high;
}

function spread([low, high]: readonly [number, number]): number[] {
  if (low === high) return [low];
  return Array.from({ length: SCANNED }, (_, k) => low + ((high - low) * k) / (SCANNED - 1));
}
