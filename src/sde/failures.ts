import { HjbLrError } from '../errors.js';

/** What can be wrong with a model at a point; `where` names it, for example "theta = 0.6". */

export function notFinite(where: string, sample: string): HjbLrError {
  return new HjbLrError('E_INVALID', `The loss or one of its derivatives is not finite at ${where}, for ${sample}.`, {
    remedy: 'Write the loss so that it is defined wherever the data and the attack lead, or keep away from that point.',
    fields: { where, sample },
  });
}

export function expectationFailed(where: string): HjbLrError {
  return new HjbLrError('E_NOT_CONVERGED', `The expectation over the data does not converge at ${where}.`, {
    remedy:
      'A single sample outweighs thousands: the loss grows too fast for this law of the data. Change one of them.',
    fields: { where },
  });
}

export function notDifferentiable(where: string, sample: string): HjbLrError {
  return new HjbLrError('E_INVALID', `The loss is not differentiable at ${where} where the data lie, at ${sample}.`, {
    remedy: 'Move the point or the data off the kink, or write a smooth loss.',
    fields: { where, sample },
  });
}

export function ascentDiverges(where: string, sample: string): HjbLrError {
  return new HjbLrError('E_INVALID', `The ascent of the attack diverges at ${where}, from ${sample}.`, {
    remedy: 'Its steps overshoot: take a smaller eta_i (or alpha), fewer steps, or another lambda.',
    fields: { where, sample },
  });
}
