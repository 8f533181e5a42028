import { startingArray, type Optimizer, type OptimizerStart } from './optimizer.js';

/**
 * Any update rule, evaluated on an average of its weights: from a = theta_0, after the update k that gives theta_k,
 *   a <- a + c_k (theta_k - a),
 * c_k the control `averaging_weight` of the update, whose formulas stand at `averagingWeight`.
 * Gradients are taken where the rule itself takes them; the length of a step is that of the average.
 */
export function createAveraged(rule: Optimizer, start: OptimizerStart): Optimizer {
  const average = startingArray(start, 'average', start.initial);
  return {
    ...rule,
    step(g, request) {
      const taken = rule.step(g, { ...request, averagingWeight: null });
      return { ...taken, length: moveTowards(average, rule.output(), request.averagingWeight!) };
    },
    output: () => average,
    state() {
      const { arrays, numbers } = rule.state();
      return { arrays: { ...arrays, average: average.slice() }, numbers };
    },
  };
}

/** a <- a + share (theta - a); the length of the step. */
function moveTowards(a: Float32Array, theta: Float32Array, share: number): number {
  let square = 0;
  for (let i = 0; i < a.length; i += 1) {
    const before = a[i];
    a[i] = share === 1 ? theta[i] : before + share * (theta[i] - before);
    square += (a[i] - before) ** 2;
  }
  return Math.sqrt(square);
}
