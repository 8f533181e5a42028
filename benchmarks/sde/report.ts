import { spreadText } from '../solvers/rounds.js';
import type { KernelRatio } from './kernel-ratio.js';
import type { TwoWeights } from './two-weights.js';

export function kernelText({ kernel, ratio, floor, nanoseconds, difference, compilers }: KernelRatio): string {
  const times = Object.entries(nanoseconds).map(([name, ns]) => `${name} ${ns.toFixed(1)} ns`);
  return `# The real iteration against C++

| loop | speed ratio | floor | an update | difference |
| --- | --- | --- | --- | --- |
| ${kernel} | ${spreadText(ratio)} | ${floor} | ${times.join(', ')} | ${difference.toExponential(1)} |

C++: the better of ${compilers.join('; ')} in each round, -O3 -march=native. Medians (least to most) of the ratios of
interleaved rounds, CPU time; both loops draw the same numbers, and \`difference\` is that of the sums of the last weights.
`;
}

export function twoWeightsText(studies: readonly TwoWeights[]): string {
  return `# Two weights on real data, through the whole line

Digits 7 and 1 of the data set that ships with hjb-lr, in two principal components; this project's own example, not one of
Gu & Guo (2021). Exact coefficients (sums over the examples), the HJB equation over the weights with the held-rate drift of second
order, its policy file, and real adversarial SGD with batch size 1 under that policy. All numbers are expected adversarial
losses at the end.

${studies.map(oneText).join('\n')}`;
}

function oneText(study: TwoWeights): string {
  const { name, examples, eta, updates, runs, value, solverError, realValue, realValueError } = study;
  const { weakError, mean, standardError, agrees, deviation, methods, comparisons } = study;
  const bound = 3 * standardError + solverError + weakError;
  const rows = methods.map(
    ({ name: method, final_loss: loss, parameters }) =>
      `| ${method} | ${digits(loss.mean)} ± ${digits(loss.standard_error, 2)} | ${Object.entries(parameters)
        .map(([key, number]) => `${key} ${digits(number, 4)}`)
        .join(', ')} |`,
  );
  const [{ loss_difference: less }] = comparisons;
  return `## ${name}

${examples} examples, eta = ${eta}, ${updates} updates, ${runs} runs.

| | |
| --- | --- |
| V(0, start) by the HJB equation | ${digits(value)} |
| its error estimate | ${digits(solverError, 2)} |
| the real iteration under the policy, by its exact transition | ${digits(realValue)} ± ${digits(realValueError, 2)} |
| weak error of the value function at this eta | ${digits(weakError, 2)} |
| mean of the real runs | ${digits(mean)} |
| 3 standard errors | ${digits(3 * standardError, 2)} |
| \\|mean - V\\| | ${digits(Math.abs(mean - value), 2)}, ${agrees ? 'at most' : 'MORE THAN'} ${digits(bound, 2)} |
| mean from the exact transition, in standard errors | ${digits(deviation, 2)} |

| rate | adversarial loss at the end | chosen on other samples |
| --- | --- | --- |
${rows.join('\n')}

The best constant rate leaves ${digits(less.mean, 3)} ± ${digits(less.standard_error, 2)} more than the policy.
`;
}

function digits(value: number | null, figures = 6): string {
  return value === null ? 'not finite' : String(Number(value.toPrecision(figures)));
}
