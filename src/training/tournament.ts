import { HjbLrError } from '../errors.js';

/** One run of the tournament: its rate and the losses it saw, NaN after a divergence. */
export interface TournamentRun {
  readonly rate: number;
  readonly losses: readonly number[];
}

/** Share of a run, at its end, whose losses make its score. */
const SCORED_SHARE = 0.2;

/**
 * Peak by the paired tournament: runs on one data order and one set of attack seeds, score = mean loss of the last
 * fifth, peak = vertex of the parabola through the best rate and its two neighbours in ln(rate), never beyond them.
 *
 * @param runs - at least three, of increasing rate
 * @throws E_PILOT if every run diverged
 */
export function tournamentPeak(runs: readonly TournamentRun[]): number {
  const scored = runs.map(({ rate, losses }) => ({ x: Math.log(rate), score: score(losses) }));
  const finite = scored.filter((run) => Number.isFinite(run.score));
  if (finite.length === 0) {
    throw new HjbLrError('E_PILOT', 'Every run of the tournament diverged.', {
      remedy: 'Give lower rates.',
      fields: { rates: runs.map((run) => run.rate) },
    });
  }
  const best = finite.reduce((low, run) => (run.score < low.score ? run : low));
  const index = scored.indexOf(best);
  const neighbours = [scored[index - 1], scored[index + 1]];
  if (neighbours.some((run) => run === undefined || !Number.isFinite(run.score))) return Math.exp(best.x);
  return Math.exp(parabolaVertex(neighbours[0], best, neighbours[1]));
}

function score(losses: readonly number[]): number {
  const last = losses.slice(-Math.max(1, Math.round(SCORED_SHARE * losses.length)));
  return last.reduce((sum, loss) => sum + loss, 0) / last.length;
}

interface Point {
  readonly x: number;
  readonly score: number;
}

/** Vertex of the parabola through three points, the middle one lowest. */
function parabolaVertex(left: Point, middle: Point, right: Point): number {
  const slopeLeft = (middle.score - left.score) / (middle.x - left.x);
  const slopeRight = (right.score - middle.score) / (right.x - middle.x);
  if (slopeRight === slopeLeft) return middle.x;
  const at = (left.x + middle.x) / 2 - (slopeLeft * (right.x - left.x)) / (2 * (slopeRight - slopeLeft));
  return Math.min(Math.max(at, left.x), right.x);
}
