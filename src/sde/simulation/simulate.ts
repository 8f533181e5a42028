import type { Simulation } from '../../artifacts/sde-analysis/sde-studies.js';
import { countIssues, refuseOptions, seedIssues } from '../door-studies.js';
import type { SgdModel } from '../model.js';
import { observablesOf, type Observable } from '../observables.js';
import { refuseKept } from '../restarted-alone.js';
import { agreementSentences } from './agreement.js';
import { coefficientsOf, type Coefficients } from './coefficients.js';
import { ensemble } from './ensemble.js';
import { heldEquation } from './equation.js';
import { pathRunner } from './path.js';
import { realRunner } from './real-run.js';
import { eulerMaruyama, platen } from './scheme.js';

const abs = Math.abs;
const max = Math.max;
const min = Math.min;

export interface SimulateOptions {
  /** Real runs; 10,000 by default. */
  readonly runs?: number;
  /** Paths of each SDE; as many as runs by default. */
  readonly paths?: number;
  readonly seed?: number;
}

export const DEFAULT_RUNS = 10_000;
/** Steps within an update: their error must be small beside that of the SDE itself. */
const SUBSTEPS = { first: 16, second: 1 } as const;
/** Times that are looked at, at most, the start aside. */
const MOMENTS = 30;
/** Points at which interpolated coefficients are compared with exact ones. */
const COMPARED = 8;

/**
 * Many real runs of adversarial SGD against many paths of its SDE: Euler-Maruyama of dX = -u hbar dt + sqrt(eta) u S^(1/2) dW
 * and Platen's scheme of weak order 2 for dX = -(u hbar + (eta / 2) u^2 (D hbar) hbar) dt + the same noise, the rate held
 * over each update. Means, variances and quantiles over time of the weights and of the file's observables.
 *
 * @returns the section `simulation` of the result
 * @throws E_INVALID for options out of range, or where the rate leaves its bounds; E_NOT_CONVERGED where runs diverge
 *
 * @example
 * const { quantities } = await simulateSgd(model, { runs: 2000, seed: 1 });
 * quantities[0].real.at(-1)!.mean; // E theta at the end of the real iteration
 */
export async function simulateSgd(model: SgdModel, options: SimulateOptions = {}): Promise<Simulation> {
  const { runs = DEFAULT_RUNS, paths = runs, seed = 0 } = options;
  refuseOptions('the simulation', [...countIssues({ runs, paths }), ...seedIssues(seed)]);
  refuseKept(model, 'simulateSgd', 'Take simulateKept, or write "start": "zero".');
  const { eta, start } = model;
  const updates = max(1, Math.floor(model.horizon / eta + 1e-9));
  const at = momentsOf(updates);
  const coefficients = coefficientsOf(model, { eta, updates, evaluations: paths * updates * (SUBSTEPS.first + 4) });
  const quantities = await quantitiesOf(model);
  const task = { seed, start, quantities, at, eta };
  const sde = (order: 'first' | 'second') => {
    const equation = heldEquation(model, coefficients, { eta, order: order === 'first' ? 'first' : 'second_held' });
    const step = order === 'first' ? eulerMaruyama(equation) : platen(equation);
    const runner = pathRunner(start, equation, step, { eta, updates, substeps: SUBSTEPS[order] });
    return ensemble({ ...task, runner, name: `sde/${order}`, count: paths });
  };
  const real = ensemble({ ...task, runner: realRunner(model, eta, updates, null), name: 'sde/real', count: runs });
  const [first, second] = [sde('first'), sde('second')];
  const section = {
    seed,
    runs,
    paths,
    times: at.map((n) => n * eta),
    substeps: SUBSTEPS,
    interpolation_error: coefficients.isTable ? interpolationError(model, coefficients, updates) : null,
    quantities: quantities.map(({ name }, q) => ({ name, real: real[q], first: first[q], second: second[q] })),
  };
  return { ...section, sentences: agreementSentences(section, eta) };
}

/** 0 and up to thirty updates, the last among them. */
export function momentsOf(updates: number): number[] {
  const count = min(MOMENTS, updates);
  return Array.from({ length: count + 1 }, (_, k) => Math.round((k * updates) / count));
}

/** Each weight, then the observables that are not one. */
export async function quantitiesOf(model: SgdModel): Promise<Observable[]> {
  const weights = model.weights.map((name, i): Observable => ({ name, value: (theta) => theta[i] }));
  const others = (await observablesOf(model)).filter(({ name }) => !model.weights.includes(name));
  return [...weights, ...others];
}

/** Along a mean path, between the nodes. */
function interpolationError(model: SgdModel, { at }: Coefficients, updates: number): number {
  const n = model.weights.length;
  const values = () => [new Float64Array(n), new Float64Array(n * n), new Float64Array(n * n)] as const;
  const [table, exact] = [values(), values()];
  const theta = model.start.slice();
  const every = Math.ceil(updates / COMPARED);
  let worst = 0;
  for (let k = 0; k < updates; k += 1) {
    at(theta, ...table);
    if (k % every === 0) {
      model.meanFieldAndCovariance(theta, exact[0], exact[1]);
      model.meanFieldJacobian(theta, exact[2]);
      exact.forEach((list, part) => {
        const size = list.reduce((most, value) => max(most, abs(value)), 1e-12);
        list.forEach((value, i) => (worst = max(worst, abs(table[part][i] - value) / max(size, 1e-6))));
      });
    }
    const u = model.rate.value(k * model.eta, theta);
    for (let i = 0; i < n; i += 1) theta[i] -= model.eta * u * table[0][i];
  }
  return worst;
}
