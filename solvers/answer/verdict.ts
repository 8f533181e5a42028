import type { HjbSolution } from '../march/solution.js';
import { leaningWarnings } from './leaning.js';
import type { Parts } from './warnings.js';

/** Share of a value from which on a face that moves it decides it. */
const DECIDES = 0.1;

/** A widening that moves a value by less than this share of what a charge at the face does has not seen the face. */
const SEEN = 0.02;

/** What became of an answer: that of its solve, or why there is no one value. */
export type AnswerStatus = HjbSolution['status'] | 'unbounded' | 'truncated' | 'not_unique' | 'not_resolved';

/**
 * `unbounded`: the Hamiltonian has no least value, costs without a discount go on without end, or the value goes on moving as the domain widens, by no less each time.
 * `truncated`: the policy leans on a face, and the value moves with that face by a tenth of itself or more.
 * `not_unique`: two conditions far out
 * give two values, however far. `not_resolved`: the error may be as large as the value and the range of all values.
 */
export function verdictOf(parts: Parts): { readonly status: AnswerStatus; readonly remedy: string } {
  const { main, truncation, apart, estimates } = parts;
  const { solution } = main;
  if (solution.endless) return { status: 'unbounded', remedy: solution.endless };
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
  const isUnknown = truncation !== null && truncation.values.length > 0 && truncation.values.every((by) => by === null);
  if (isUnknown && leaningWarnings(main.problem, solution).length > 0) {
    return {
      status: 'truncated',
      remedy:
        'The policy leans on a face (see the warnings), and what that face does to the value cannot be told, because there is no wider domain: write the problem so that it holds beyond its faces, or if the face is a wall that is meant, wider_domain false.',
    };
  }
  const moved = truncatedAt(parts);
  if (moved.length > 0) {
    const values = moved.map(({ query, by }) => `of query ${query} moves by ${short(by)}`);
    return {
      status: 'truncated',
      remedy: `The policy leans on a face (see the warnings), and with that face the value ${values.join(', ')}: take a wider domain or "state_constraint", or if the face is a wall that is meant, wider_domain false.`,
    };
  }
  const range = rangeOf(solution);
  const lost =
    estimates?.points.some((point, i) => {
      const value = main.points[i]?.value ?? 0;
      return point !== null && range > 0 && point.value > Math.max(range, Math.abs(value));
    }) ?? false;
  if (estimates?.failed) {
    return {
      status: 'not_resolved',
      remedy: `There is no error estimate, because on half the nodes ${estimates.failed}: take more nodes and steps, or where a face is the reason, another face.`,
    };
  }
  if (lost) {
    return {
      status: 'not_resolved',
      remedy: 'The error may be as large as the values: take more nodes and steps where the value changes.',
    };
  }
  return { status: 'converged', remedy: solution.remedy };
}

/** Queries whose value moves with a face that the policy leans on, and by how much. */
function truncatedAt({ main, truncation }: Parts): { readonly query: number; readonly by: number }[] {
  const { problem, solution, points } = main;
  const moved = (truncation?.values ?? []).flatMap((own, query) => {
    const value = points[query]?.value;
    if (own === null || value === undefined) return [];
    // A face that moves the value is counted in its error; one that decides it and does not is a free bailout.
    const leaned = truncation?.leaned[query] ?? 0;
    const by = own < SEEN * leaned ? leaned : own;
    return by > DECIDES * Math.abs(value) ? [{ query, by }] : [];
  });
  return moved.length > 0 && leaningWarnings(problem, solution).length > 0 ? moved : [];
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
