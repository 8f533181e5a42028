import type { Observable } from '../../observables.js';
import type { ErrorsAtEta } from '../../weak-order/errors.js';
import { meansOf, type Means } from '../../weak-order/monte-carlo.js';
import { jointDrift, jointFlow } from '../joint-drift.js';
import type { KeptModel } from '../kept-model.js';
import { jointPathRunner, realRunner, type Clock } from '../runners.js';
import { rateWithin } from '../../simulation/rate-bounds.js';
import { jointUpdate } from '../update.js';
import { jointGradients } from './control-variate.js';
import { FORMS, type Form } from './forms.js';

export interface MonteCarloTask extends Clock {
  readonly runs: number;
  readonly paths: number;
  readonly seed: number;
}

/** Weak errors at one eta by runs and paths, less their martingale of mean 0; uncertainties are standard errors. */
export function monteCarloErrors(
  kept: KeptModel,
  observables: readonly Observable[],
  task: MonteCarloTask,
): ErrorsAtEta[] {
  const { eta, updates, runs, paths, seed } = task;
  const gradients = jointGradients(kept, observables, task);
  const named = (name: string, count: number): Means => ({
    name: `kept/${name}/${updates}`,
    count,
    seed,
    updates,
    eta,
  });
  const real = meansOf(realRunner(kept, task, true), named('real', runs), observables, gradients);
  const sde = FORMS.map((form) => {
    if (form.noise === null) return flowValues(kept, form, observables, task);
    const runner = jointPathRunner(kept, { order: form.order, noise: form.noise }, task);
    return meansOf(runner, named(form.name, paths), observables, gradients);
  });
  return observables.map((_, q) => ({
    expectation: real[q].mean,
    uncertainty: real[q].error,
    errors: sde.map((each) => each[q].mean - real[q].mean),
    uncertainties: sde.map((each) => Math.sqrt(each[q].error ** 2 + real[q].error ** 2)),
  }));
}

/** Observables at the end of a flow without noise. */
function flowValues(kept: KeptModel, { order }: Form, observables: readonly Observable[], { eta, updates }: Clock) {
  const flow = jointFlow(jointDrift(jointUpdate(kept), order, kept.size), kept.size);
  const state = kept.start.slice();
  for (let k = 0; k < updates; k += 1) flow(state, eta * rateWithin(kept.model, k * eta, state), 1, 2);
  return observables.map(({ value }) => ({ mean: value(state), error: 0 }));
}
