import type { ClosureFit, Coefficients } from '../artifacts/coefficients/coefficients.js';
import { nodesAlong } from '../closures/axes.js';
import { compileExpression, type CompiledExpression } from '../math/expressions.js';
import { logGrid, type ControlProblem } from '../../solvers/index.js';

export interface GridOptions {
  /** By state; a closure's own where an experiment gives none. */
  readonly nodes: Readonly<Record<string, number | undefined>>;
  readonly steps: number;
}

/**
 * The control problem of a fitted closure: minimise the expected final loss (or its mean over the run, for an integral
 * objective) of the closure's SDE over the usable learning rates, time counting updates.
 *
 * V_t + min_u { f + drift(x, u) . V_x + (1/2) tr(covariance(x, u) V_xx) } = 0,  V(T, x) = loss(x) or 0.
 */
export async function closureProblem(
  closure: ClosureFit,
  { horizon, rates, objective }: Pick<Coefficients, 'horizon' | 'rates' | 'objective'>,
  options: GridOptions,
): Promise<ControlProblem> {
  const equations = await compileEquations(closure);
  const integral = objective.form === 'integral';
  return {
    name: closure.name,
    objective: 'minimize',
    horizon,
    states: closure.states.map(({ name, domain, coordinate }) => ({
      name,
      grid: logGrid(domain[0], domain[1], nodesAlong(closure.name, name, options.nodes)),
      coordinate,
      boundary: ['reflecting', 'reflecting'],
    })),
    controls: [
      {
        name: 'u',
        lower: () => rates.min,
        upper: () => rates.max,
        breaks: (_t, x) => equations.breaks.map((at) => at(x, 0)),
      },
    ],
    drift: (_t, x, [u], out) => equations.drift.forEach((drift, i) => (out[i] = drift(x, u))),
    covariance: (_t, x, [u], out) => equations.covariance.forEach((entry, i) => (out[i] = entry(x, u))),
    runningCost: integral ? (_t, x, [u]) => equations.loss(x, u) / horizon : () => 0,
    terminalCost: integral ? () => 0 : (x) => equations.loss(x, 0),
    timeDependent: false,
    times: gradedTimes(horizon, options.steps),
  };
}

/** A compiled equation in the states and the control. */
type Equation = (x: readonly number[], u: number) => number;

interface Equations {
  readonly drift: readonly Equation[];
  readonly covariance: readonly Equation[];
  readonly breaks: readonly Equation[];
  readonly loss: Equation;
}

async function compileEquations(closure: ClosureFit): Promise<Equations> {
  const states = closure.states.map((state) => state.name);
  const parameters = Object.entries(closure.parameters);
  const names = [...states, 'u', ...parameters.map(([name]) => name)];
  const values = Float64Array.from([...states.map(() => 0), 0, ...parameters.map(([, { estimate }]) => estimate)]);
  const bind =
    (expression: CompiledExpression): Equation =>
    (x, u) => {
      for (let i = 0; i < states.length; i += 1) values[i] = x[i];
      values[states.length] = u;
      return expression.evaluate(values);
    };
  const compile = async (text: string): Promise<Equation> => bind(await compileExpression(text, names));
  const all = (texts: readonly string[]): Promise<Equation[]> => Promise.all(texts.map(compile));
  return {
    drift: await all(closure.drift),
    covariance: await all(closure.covariance.flat()),
    breaks: await all(closure.drift_breaks),
    loss: await compile(closure.loss),
  };
}

/**
 * Time levels from 0 to T whose steps shrink to one update at the end, where the rate falls:
 * t_i = T - c sinh(b (n - i) / n), c = T / sinh(b), with b such that the last step is one update.
 *
 * @param steps - n >= 2; where n >= T the levels are the updates themselves
 */
export function gradedTimes(horizon: number, steps: number): number[] {
  if (steps >= horizon) return Array.from({ length: horizon + 1 }, (_, i) => i);
  const lastStep = (b: number): number => (horizon * Math.sinh(b / steps)) / Math.sinh(b);
  let low = 1e-6;
  let high = 50;
  for (let i = 0; i < 100; i += 1) {
    const middle = (low + high) / 2;
    if (lastStep(middle) > 1) low = middle;
    else high = middle;
  }
  const b = (low + high) / 2;
  const levels = Array.from(
    { length: steps + 1 },
    (_, i) => horizon * (1 - Math.sinh((b * (steps - i)) / steps) / Math.sinh(b)),
  );
  levels[0] = 0;
  levels[steps] = horizon;
  return levels;
}
