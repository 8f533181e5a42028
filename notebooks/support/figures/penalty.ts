import { COLORS, type Figure } from '../../../dist/src/report/figure.js';
import { compileSgdModel, effectiveLoss, gradientPenaltyLoss, type SgdModel } from '../../../dist/src/sde/index.js';
import { linesFigure } from './lines.ts';

const abs = Math.abs;

/**
 * How far the effective loss, whose gradient is the mean field, is from the clean loss and from the loss with the penalty on
 * its input gradient, over the inner rate eta_I; at the first point of the model's `at`, all less their values at the start.
 */
export async function penaltyFigure(model: SgdModel, innerRates: readonly number[]): Promise<Figure> {
  const gaps = await Promise.all(innerRates.map((eta) => gapsAt(model, eta)));
  const [clean, penalised] = [gaps.map((gap) => gap.clean), gaps.map((gap) => gap.penalised)];
  const guide = (y: readonly number[], power: number) => ({
    ...({
      name: `slope ${power}`,
      color: '#888888',
      dash: power === 1 ? 'dash' : 'dot',
      width: 1,
      isGuide: true,
    } as const),
    y: innerRates.map((eta) => 0.7 * y[0] * (eta / innerRates[0]) ** power),
  });
  return linesFigure({
    id: 'penalty',
    title: 'What adversarial SGD descends',
    caption:
      'Distance of the effective loss from the clean loss, which falls as eta_I, and from the clean loss with the gradient penalty, which falls as eta_I squared: the penalty is the first-order effect of the attack.',
    axes: ['inner rate eta_I', 'distance'],
    x: innerRates,
    lines: [
      { name: 'to the clean loss', color: COLORS.fixed, y: clean, mode: 'lines+markers' },
      { name: 'to the loss with the penalty', color: COLORS.policy, y: penalised, mode: 'lines+markers' },
      guide(clean, 1),
      guide(penalised, 2),
    ],
    logarithmic: 'both',
  });
}

async function gapsAt({ file }: SgdModel, innerRate: number): Promise<{ clean: number; penalised: number }> {
  const attack = { ...file.attack, eta_i: innerRate } as typeof file.attack;
  const model = await compileSgdModel({ ...file, attack });
  const theta = model.pointOf(file.at[0]);
  const effective = effectiveLoss(model, theta);
  const sinceStart = (loss: (at: Float64Array) => number): number => loss(theta) - loss(model.start);
  return {
    clean: abs(effective - sinceStart((at) => model.cleanLoss(at))),
    penalised: abs(effective - sinceStart((at) => gradientPenaltyLoss(model, at) ?? NaN)),
  };
}
