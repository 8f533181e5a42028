import { issueUnless, refuseWhere } from '../input-issues.js';
import { costIssues, outcomeIssues, sizeIssues } from './issues.js';

/** One of the outcomes of a control: how likely, at what cost, and the state that follows, by its index. */
export interface Outcome {
  readonly probability: number;
  readonly cost: number;
  readonly next: number;
}

/** A finite problem: states 0..states-1, stages 0..stages-1, controls listed for each stage and state. */
export interface FiniteProblem<Control> {
  readonly stages: number;
  readonly states: number;
  /** At least one. */
  readonly controls: (stage: number, state: number) => readonly Control[];
  /** Probabilities >= 0 with sum 1; costs finite, or Infinity for what is forbidden. */
  readonly outcomes: (stage: number, state: number, control: Control) => readonly Outcome[];
  readonly terminalCost: (state: number) => number;
}

export interface FiniteSolution<Control> {
  /** V_k(state), for k = 0..stages. */
  readonly value: readonly (readonly number[])[];
  /** The first best control in the order of the list, for k = 0..stages-1. */
  readonly policy: readonly (readonly Control[])[];
}

/**
 * Least expected cost by trying everything, backwards from V_K = terminalCost (Bellman 1957):
 *   V_k(x) = min over u of sum over outcomes of probability (cost + V_{k+1}(next)).
 *
 * @throws E_INVALID with every stage, state and control whose outcomes are not a distribution over the states
 *
 * @example
 * // From 0 to 1 in two steps, where staying costs 1 and moving costs 5 now and 2 later.
 * const { value, policy } = solveFinite({
 *   stages: 2, states: 2, controls: () => ['stay', 'move'], terminalCost: (state) => (state === 1 ? 0 : 10),
 *   outcomes: (stage, state, control) =>
 *     [control === 'stay' ? { probability: 1, cost: 1, next: state } : { probability: 1, cost: [5, 2][stage], next: 1 }],
 * });
 * value[0][0]; // 3 = 1 + 2
 * policy[0][0]; // 'stay'
 */
export function solveFinite<Control>(problem: FiniteProblem<Control>): FiniteSolution<Control> {
  const { stages, states, controls, outcomes, terminalCost } = problem;
  refuseWhere(sizeIssues(stages, states), 'finite problem', 'Give both as whole numbers > 0.');
  const indices = Array.from({ length: states }, (_, state) => state);
  const value = [indices.map((state) => terminalCost(state))];
  const issues = value[0].flatMap((cost, state) => costIssues(cost, `terminalCost.${state}`));
  const policy: Control[][] = [];
  for (let stage = stages - 1; stage >= 0; stage -= 1) {
    const best = indices.map((state) => {
      const choices = controls(stage, state);
      const costs = choices.map((control, c) => {
        const possible = outcomes(stage, state, control);
        issues.push(...outcomeIssues(possible, states, `stages.${stage}.states.${state}.controls.${c}`));
        return possible.reduce(
          (sum, o) => (o.probability > 0 ? sum + o.probability * (o.cost + value[0][o.next]) : sum),
          0,
        );
      });
      issues.push(...issueUnless(choices.length > 0, `stages.${stage}.states.${state}`, 'has no control'));
      const choice = costs.indexOf(Math.min(...costs));
      return { cost: costs[choice], control: choices[choice] };
    });
    value.unshift(best.map(({ cost }) => cost));
    policy.unshift(best.map(({ control }) => control));
  }
  refuseWhere(issues, 'finite problem', 'Make the probabilities of each control sum to 1 over states that exist.');
  return { value, policy };
}
