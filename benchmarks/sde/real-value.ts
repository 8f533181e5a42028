import { cubicTable } from '../../src/math/cubic-table.js';
import type { Policy } from '../../src/artifacts/policy/policy.js';
import { weightsRule } from '../../src/schedules/index.js';
import type { RateProblem, SgdModel } from '../../src/sde/index.js';

const max = Math.max;
const min = Math.min;

/**
 * The expected cost of the real iteration under a policy from its start, without Monte Carlo: of a batch of one from data of
 * finitely many rows,
 *   W_N = terminal cost,   W_k(theta) = eta f(k eta, theta, u_k) + sum_i p_i W_{k+1}(theta - rate_k(theta) h(theta, z_i)),
 * on a grid of so many nodes for each weight, cubic between them and constant beyond: over the domain of the control problem
 * and, at each face, a margin that is so large a share of it.
 */
export function realValue(
  model: SgdModel,
  { problem, costs, updates }: RateProblem,
  policy: Policy,
  nodes: number,
  margin: number,
): number {
  const { eta, law, start } = model;
  const rule = weightsRule(policy, { updates });
  const axes = problem.states.map(({ grid }) => {
    const [low, high] = [grid[0], grid[grid.length - 1]];
    return { low: low - margin * (high - low), high: high + margin * (high - low), nodes };
  });
  const points = axes.reduce<number[][]>(
    (all, { low, high }) =>
      all.flatMap((point) =>
        Array.from({ length: nodes }, (_, i) => [...point, low + ((high - low) * i) / (nodes - 1)]),
      ),
    [[]],
  );
  const losses = points.map((theta) => model.adversarialLoss(theta));
  const directions = points.map((theta) => directionsAt(model, theta));
  let next = cubicTable(
    axes,
    points.map((theta, p) => costs.terminal(theta, losses[p])),
  );
  const moved = new Float64Array(start.length);
  const expected = (k: number, theta: ArrayLike<number>, loss: number, h: readonly Float64Array[]): number => {
    const rate = rule.decide(k, theta).controls.learning_rate;
    let sum = 0;
    h.forEach((direction, i) => {
      for (let j = 0; j < moved.length; j += 1) {
        const { low, high } = axes[j];
        moved[j] = max(low, min(high, theta[j] - rate * direction[j]));
      }
      sum += law.components[i].weight * next(moved);
    });
    return sum + (costs.hasRunning ? eta * costs.running(k * eta, theta, rate / eta, loss) : 0);
  };
  for (let k = updates - 1; k > 0; k -= 1) {
    next = cubicTable(
      axes,
      points.map((theta, p) => expected(k, theta, losses[p], directions[p])),
    );
  }
  return expected(0, start, model.adversarialLoss(start), directionsAt(model, start));
}

/** The update direction of every row. */
function directionsAt(model: SgdModel, theta: ArrayLike<number>): Float64Array[] {
  return model.law.components.map(({ mean }) => {
    const h = new Float64Array(theta.length);
    model.updateDirection(theta, mean, h);
    return h;
  });
}
