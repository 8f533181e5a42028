import type { WeakOrder } from '../../artifacts/sde-analysis/sde-studies.js';
import type { Issue } from '../../errors.js';
import { countIssues, refuseOptions, seedIssues, updatesIn } from '../door-studies.js';
import type { SgdModel } from '../model.js';
import { observablesOf } from '../observables.js';
import { refuseKept } from '../restarted-alone.js';
import { deterministicErrors, isOneDimensional, isResolved } from './deterministic.js';
import { WEAK_ORDERS, type ErrorsAtEta, type WeakOrderName } from './errors.js';
import { monteCarloErrors } from './monte-carlo.js';
import { BAND } from '../simulation/statistics.js';
import { fittedSlope } from './slope.js';

export interface WeakOrderOptions {
  /** Base rates to compare at, each a whole part of the horizon; 1/40, 1/80, 1/160, 1/320 by default. */
  readonly etas?: readonly number[];
  /** Real runs and paths for each, where Monte Carlo is needed; 1000 by default. */
  readonly runs?: number;
  readonly paths?: number;
  readonly seed?: number;
}

export const DEFAULT_ETAS = [1 / 40, 1 / 80, 1 / 160, 1 / 320] as const;
const RUNS = 1000;

/**
 * Weak error |E f(X_T) - E f(theta_N)| of the SDE against the real iteration over eta, N = T / eta, for the observables of
 * a model: of first order, of second order with the full b1, and with b1 less the derivatives of the rate. For one weight
 * and finite data both expectations come from backward equations, without noise; else from runs and paths, less a
 * martingale of mean 0 that takes most of their noise with it.
 *
 * @returns the section `weak_order` of the result
 * @throws E_INVALID for options out of range or an eta that does not divide the horizon
 *
 * @example
 * const { observables } = await weakOrder(model, { etas: [1 / 40, 1 / 80] });
 * observables[0].orders[1].slope; // about 2
 */
export async function weakOrder(model: SgdModel, options: WeakOrderOptions = {}): Promise<WeakOrder> {
  const { etas = DEFAULT_ETAS, runs = RUNS, paths = runs, seed = 0 } = options;
  refuseOptions('the weak order', [
    ...etaIssues(etas, model.horizon),
    ...countIssues({ runs, paths }),
    ...seedIssues(seed),
  ]);
  refuseKept(model, 'weakOrder', 'Take keptWeakOrder, or write "start": "zero".');
  const observables = await observablesOf(model);
  const updates = etas.map((eta) => updatesIn(model.horizon, eta)!);
  const exact = isOneDimensional(model)
    ? etas.map((eta, k) => deterministicErrors(model, observables, eta, updates[k]))
    : null;
  const isDeterministic = exact !== null && isResolved(exact);
  const perEta = isDeterministic
    ? exact
    : etas.map((eta, k) => monteCarloErrors(model, observables, { eta, updates: updates[k], runs, paths, seed }));
  const section: Omit<WeakOrder, 'sentences'> = {
    etas: [...etas],
    method: isDeterministic ? 'deterministic' : 'monte_carlo',
    runs: isDeterministic ? 0 : runs,
    paths: isDeterministic ? 0 : paths,
    observables: observables.map(({ name }, q) => observableOf(name, etas, perEta.map((each) => each[q]))), // prettier-ignore
  };
  return { ...section, sentences: sentencesOf(section, exact !== null && !isDeterministic) };
}

/** Why base rates will not do; none if they will. */
export function etaIssues(etas: readonly number[], horizon: number): Issue[] {
  const issues = etas.flatMap((eta, k): Issue[] => {
    if (!(eta > 0 && eta <= horizon)) {
      return [{ path: `etas.${k}`, message: `must be above 0 and at most the horizon ${horizon}, got ${eta}` }];
    }
    if (updatesIn(horizon, eta) !== null) return [];
    return [{ path: `etas.${k}`, message: `must divide the horizon ${horizon} into whole updates, got ${eta}` }];
  });
  const few = new Set(etas).size < 2 ? [{ path: 'etas', message: 'must hold two different numbers or more' }] : [];
  return [...few, ...issues];
}

/** One observable at every eta, with the slopes of the SDEs that were compared. */
export function observableOf(
  name: string,
  etas: readonly number[],
  perEta: readonly ErrorsAtEta[],
  orders: readonly WeakOrderName[] = WEAK_ORDERS.map(({ order }) => order),
) {
  return {
    name,
    expectations: perEta.map(({ expectation }) => expectation),
    uncertainties: perEta.map(({ uncertainty }) => uncertainty),
    orders: orders.map((order, k) => {
      const errors = perEta.map((at) => at.errors[k]);
      const uncertainties = perEta.map((at) => at.uncertainties[k]);
      return { order, errors, uncertainties, ...fittedSlope(etas, errors, uncertainties) };
    }),
  };
}

function sentencesOf({ observables, method, runs, paths }: Omit<WeakOrder, 'sentences'>, rough: boolean): string[] {
  const how =
    method === 'deterministic'
      ? 'Both expectations come from backward equations, without Monte Carlo noise.'
      : `By ${runs} real runs and ${paths} paths for each eta and order${rough ? ', because the backward equations do not settle: the functions are not smooth' : ''}.`;
  return [...slopeSentences(observables, WEAK_ORDERS), how];
}

/** The slopes of each observable, a sentence each. */
export function slopeSentences(
  observables: WeakOrder['observables'],
  forms: readonly { readonly words: string }[],
): string[] {
  return observables.map(({ name, orders }) => {
    const each = orders.map(({ slope, slope_error: error }, k) => {
      const value = slope === null ? 'hidden in the noise' : slope.toFixed(2);
      const band = slope !== null && error !== null && error >= 0.005 ? ` ± ${(BAND * error).toFixed(2)}` : '';
      return `${forms[k].words} ${value}${band}`;
    });
    return `Observed weak orders of E ${name}: ${each.join('; ')}.`;
  });
}
