import type { Simulation } from '../../artifacts/sde-analysis/sde-studies.js';
import { countIssues, refuseOptions, seedIssues } from '../door-studies.js';
import type { SgdModel } from '../model.js';
import type { Observable } from '../observables.js';
import { agreementSentences } from '../simulation/agreement.js';
import { ensemble } from '../simulation/ensemble.js';
import { DEFAULT_RUNS, momentsOf, quantitiesOf, type SimulateOptions } from '../simulation/simulate.js';
import { keptModel, type KeptModel } from './kept-model.js';
import { jointPathRunner, realRunner } from './runners.js';

/**
 * Many real runs of adversarial SGD with kept perturbations against many paths of its joint SDE of both orders, the rate held
 * over each update: means, variances and quantiles over time of the weights, of the mean perturbation of each input over the
 * examples, and of the file's observables.
 *
 * @returns the section `simulation` of the result
 * @throws E_INVALID for options out of range, for perturbations that are not kept, or where the rate leaves its bounds;
 * E_NOT_CONVERGED where runs diverge
 *
 * @example
 * const { quantities } = await simulateKept(model, { runs: 2000, seed: 1 });
 * quantities[1].real.at(-1)!.mean; // of the mean kept perturbation at the end, of a model of one weight
 */
export async function simulateKept(model: SgdModel, options: SimulateOptions = {}): Promise<Simulation> {
  const { runs = DEFAULT_RUNS, paths = runs, seed = 0 } = options;
  refuseOptions('the simulation', [...countIssues({ runs, paths }), ...seedIssues(seed)]);
  const kept = keptModel(model);
  const { eta } = model;
  const updates = Math.max(1, Math.floor(model.horizon / eta + 1e-9));
  const at = momentsOf(updates);
  const quantities = await jointQuantities(kept);
  const task = { seed, start: kept.start, quantities, at, eta };
  const sde = (order: 1 | 2, name: string) => {
    const runner = jointPathRunner(kept, { order, noise: 'joint' }, { eta, updates });
    return ensemble({ ...task, runner, name: `sde/kept/${name}`, count: paths });
  };
  const runner = realRunner(kept, { eta, updates }, false);
  const real = ensemble({ ...task, runner, name: 'sde/kept/real', count: runs });
  const [first, second] = [sde(1, 'first'), sde(2, 'second')];
  const section = {
    seed,
    runs,
    paths,
    times: at.map((n) => n * eta),
    substeps: { first: 1, second: 1 },
    interpolation_error: null,
    quantities: quantities.map(({ name }, q) => ({ name, real: real[q], first: first[q], second: second[q] })),
  };
  return { ...section, sentences: agreementSentences(section, eta) };
}

/** Each weight, the mean perturbation of each input, then the observables that are not a weight. */
async function jointQuantities({ model, weights: w, inputs: d, visits }: KeptModel): Promise<Observable[]> {
  const ofWeights = await quantitiesOf(model);
  const means = model.file.inputs.map((name, j): Observable => ({
    name: `mean perturbation of ${name}`,
    value(state) {
      let sum = 0;
      for (let k = w + j; k < state.length; k += d) sum += state[k];
      return sum / visits.examples;
    },
  }));
  return [...ofWeights.slice(0, w), ...means, ...ofWeights.slice(w)];
}
