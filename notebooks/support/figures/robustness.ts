import type { Robustness } from '../../../dist/src/artifacts/sde-studies.js';
import { COLORS, type Figure } from '../../../dist/src/report/figure.js';
import { linesFigure, type Line } from './lines.ts';

type Flow = Robustness['sgd'];

/** Input gradient, clean loss and adversarial losses along both flows, and their weights. */
export function flowFigures({ times, eps, sgd, adversarial }: Robustness, weights: readonly string[]): Figure[] {
  const both = (read: (flow: Flow) => readonly number[], label = ''): Line[] => [
    { name: `adversarial SGD${label}`, color: COLORS.policy, y: read(adversarial) },
    { name: `SGD${label}`, color: COLORS.fixed, y: read(sgd), dash: 'dash' },
  ];
  const over = (id: string, title: string, caption: string, lines: readonly Line[]): Figure =>
    linesFigure({ id, title, caption, axes: ['t', title], x: times, lines });
  const strongest = eps.length - 1;
  return [
    over(
      'input-gradient',
      'root mean square input gradient',
      'How much the loss answers to a small change of the input: the flow of adversarial SGD is drawn to where that is little.',
      both(({ input_gradient: size }) => size),
    ),
    over(
      'adversarial-loss',
      `loss under attack at eps = ${eps[strongest]}`,
      'Both flows under the same attack.',
      both(({ adversarial_loss: loss }) => loss[strongest]),
    ),
    over(
      'clean-loss',
      'loss without attack',
      'What robustness costs on clean data.',
      both(({ clean_loss: loss }) => loss),
    ),
    over(
      'weights',
      'weights',
      'Where the two flows lead.',
      weights.flatMap((name, i) => both(({ weights: path }) => path.map((theta) => theta[i]), `: ${name}`)),
    ),
  ];
}
