import type { HjbSolution } from '../march/solution.js';
import type { Parts } from './warnings.js';

/** What became of an answer: that of its solve, or why there is no one value. */
export type AnswerStatus = HjbSolution['status'] | 'unbounded' | 'not_unique' | 'not_resolved';

/**
 * `unbounded`: the value goes on moving as the domain widens, by no less each time. `not_unique`: two conditions far out
 * give two values, however far. `not_resolved`: the error may be as large as the value and the range of all values.
 */
export function verdictOf({ main, truncation, apart, estimates }: Parts): {
  readonly status: AnswerStatus;
  readonly remedy: string;
} {
  const { solution } = main;
  if (solution.status !== 'converged') return { status: solution.status, remedy: solution.remedy };
  if (apart.length > 0) {
    const values = apart.map(({ query, linear, zero }) => `query ${query}: ${short(linear)} and ${short(zero)}`);
    return {
      status: 'not_unique',
      remedy: `The value depends on what holds far out, however far: linear or zero there it is ${values.join(', ')}. Say by a dirichlet face which one is meant.`,
    };
  }
  if (truncation !== null && truncation.unbounded.length > 0) {
    return {
      status: 'unbounded',
      remedy: `The value of query ${truncation.unbounded.join(', ')} goes on moving as the domain widens, by no less each time: raise the discount, shorten the horizon or bound the controls.`,
    };
  }
  const range = rangeOf(solution);
  const lost =
    estimates?.points.some((point, i) => {
      const value = main.points[i]?.value ?? 0;
      return point !== null && range > 0 && point.value > Math.max(range, Math.abs(value));
    }) ?? false;
  if (lost) {
    return {
      status: 'not_resolved',
      remedy: 'The error may be as large as the values: take more nodes and steps where the value changes.',
    };
  }
  return { status: 'converged', remedy: solution.remedy };
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** From the least to the largest value of the kept levels. */
function rangeOf({ value }: HjbSolution): number {
  let [low, high] = [Infinity, -Infinity];
  for (const level of value) {
    for (const v of level) {
      low = Math.min(low, v);
      high = Math.max(high, v);
    }
  }
  return high - low;
}
