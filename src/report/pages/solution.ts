import type { Solution } from '../../artifacts/solution/solution.js';
import { asJson } from '../../json.js';
import type { Page } from '../content.js';
import { solutionMaps } from '../figures/heat-maps.js';

/** Value and policy of the control problem of a fitted closure. */
export function solutionPage(solution: Solution): Page {
  const { name, closure, status, remedy, residual, policy_iterations: iterations, monotone, steps, seconds } = solution;
  const isSolved = status === 'converged';
  const value = { bar: 'expected cost', sentence: 'Expected cost from each state on, under the optimal policy.' };
  return {
    kind: 'solution',
    title: name,
    subject: `solution of the closure ${closure}`,
    lead: {
      verdict: isSolved ? `Solved: the Hamilton-Jacobi-Bellman equation of the closure ${closure} converged.` : `Not solved (${status}): these numbers are not the optimal policy. ${remedy}`, // prettier-ignore
      tone: isSolved ? 'plain' : 'warning',
      facts: [
        {
          label: 'Use',
          text: 'The policy file beside this solution, which follows these maps:',
          code: ['policy.json'],
        },
        { label: 'How sure', text: `The equation is solved to a residual of ${residual.toPrecision(2)}${monotone.space ? ', by a monotone scheme' : ''}; how far the closure is from real training is another question, which a study answers.` }, // prettier-ignore
        { label: 'It cost', text: `${steps} time steps, ${iterations.mean.toFixed(1)} policy iterations in each on average, ${iterations.max} at most${seconds === undefined ? '' : `; ${seconds.toPrecision(2)} s`}.` }, // prettier-ignore
      ],
      sentences: [],
    },
    sections: [
      ...solutionMaps(solution, { which: '', value, paths: [] }),
      {
        id: 'provenance',
        title: 'Provenance',
        facts: [
          { name: 'tool', value: `${solution.provenance.tool} ${solution.provenance.tool_version}` },
          { name: 'axes', value: solution.axes.map((axis) => `${axis.name}: ${axis.grid.length} nodes`).join(', ') },
          { name: 'kept time levels', value: String(solution.times.length) },
        ],
      },
    ],
    verdicts: asJson({ status, remedy, residual, policy_iterations: iterations, monotone }),
  };
}
