import type { WeakOrder } from '../../../artifacts/sde-analysis/sde-studies.js';
import { countIssues, refuseOptions, seedIssues, updatesIn } from '../../door-studies.js';
import type { SgdModel } from '../../model.js';
import { observablesOf } from '../../observables.js';
import {
  DEFAULT_ETAS,
  etaIssues,
  observableOf,
  slopeSentences,
  type WeakOrderOptions,
} from '../../weak-order/weak-order.js';
import { keptModel } from '../kept-model.js';
import { deterministicErrors, quadraticObservables } from './deterministic.js';
import { FORMS } from './forms.js';
import { monteCarloErrors } from './monte-carlo.js';

const RUNS = 1000;

/**
 * Weak error |E f(X_T) - E f(theta_N)| of the joint SDE of weights and kept perturbations against the real iteration, over eta
 * at a fixed ratio of both rates: the attack's step size is scaled with eta. Four forms are compared: the mean field alone, with
 * the joint noise, with both noises as if they were independent, and with the noise of the weights alone. Theory (7.1): orders
 * 1, 2, 1 and 1. For a loss that is quadratic in weights and inputs, a penalised ascent and quadratic observables all second
 * moments are exact; else runs and paths, less a martingale of mean 0.
 *
 * @returns the section `weak_order` of the result
 * @throws E_INVALID for options out of range, an eta that does not divide the horizon, or perturbations that are not kept
 *
 * @example
 * const { observables } = await keptWeakOrder(model, { etas: [1 / 40, 1 / 80] });
 * observables[0].orders[1].slope; // about 2: of the joint SDE
 */
export async function keptWeakOrder(model: SgdModel, options: WeakOrderOptions = {}): Promise<WeakOrder> {
  const { etas = DEFAULT_ETAS, runs = RUNS, paths = runs, seed = 0 } = options;
  refuseOptions('the weak order', [
    ...etaIssues(etas, model.horizon),
    ...countIssues({ runs, paths }),
    ...seedIssues(seed),
  ]);
  const observables = await observablesOf(model);
  const quadratic = await quadraticObservables(model);
  const perEta = etas.map((eta) => {
    const kept = keptModel(model, eta / model.eta);
    const clock = { eta, updates: updatesIn(model.horizon, eta)! };
    if (quadratic !== null) return deterministicErrors(kept, quadratic, clock);
    return monteCarloErrors(kept, observables, { ...clock, runs, paths, seed });
  });
  const isDeterministic = quadratic !== null;
  const section: Omit<WeakOrder, 'sentences'> = {
    etas: [...etas],
    method: isDeterministic ? 'deterministic' : 'monte_carlo',
    runs: isDeterministic ? 0 : runs,
    paths: isDeterministic ? 0 : paths,
    observables: observables.map(
      ({ name }, q) =>
      observableOf(name, etas, perEta.map((each) => each[q]), FORMS.map((form) => form.name)), // prettier-ignore
    ),
  };
  const how = isDeterministic
    ? 'All moments are exact, without Monte Carlo noise: the process is affine.'
    : `By ${runs} real runs and ${paths} paths for each eta and form.`;
  return { ...section, sentences: [...slopeSentences(section.observables, FORMS), how, RATIO] };
}

const RATIO = "The attack's step size is scaled with eta, so that the ratio of both rates stays the same.";
