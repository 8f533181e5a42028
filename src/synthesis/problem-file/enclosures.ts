import type { ControlProblem } from '../../../solvers/problem/control-problem.js';
import type { ControlProblemFile } from '../../artifacts/control-problem/control-problem.js';
import { enclosureOf, type Enclosure } from '../../math/interval-jets.js';
import type { ProblemExpressions } from './expressions.js';

/** Enclosures of drift, covariance and running cost with their derivatives in a control, from their syntax trees. */
export function enclosuresOf(
  { states, controls, uncertainty }: ControlProblemFile,
  { drift, covariance, runningCost }: ProblemExpressions,
): NonNullable<ControlProblem['enclosures']> {
  const names = ['t', ...states.map(({ name }) => name), ...controls.map(({ name }) => name)];
  const boxes = Object.entries(uncertainty);
  const trees = [...drift, ...covariance, runningCost].map(({ tree }) => tree);
  // Made where it is asked for: most problems have a closed form.
  let enclosure: Enclosure | null = null;
  return (t, x, u, control, scenario) => {
    // The vertex of the box that `symbolsOf` gives the scenario.
    const vertex = boxes.map(([, ends], k) => ends[(scenario >> k) & 1]);
    const all = [t, ...x, ...u];
    const low = [...all.map(([least]) => least), ...vertex];
    const high = [...all.map(([, most]) => most), ...vertex];
    enclosure ??= enclosureOf(trees, [...names, ...boxes.map(([name]) => name)]);
    return enclosure(low, high, 1 + states.length + control);
  };
}
