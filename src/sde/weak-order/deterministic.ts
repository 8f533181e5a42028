import { hasAtomsAlone } from '../law/law.js';
import type { SgdModel } from '../model.js';
import type { Observable } from '../observables.js';
import { chainExpectation, directionLaws } from './chain.js';
import { WEAK_ORDERS, type ErrorsAtEta } from './errors.js';
import { reachOf } from './interval.js';
import { fieldsAlong, sdeExpectation } from './kolmogorov.js';
import { createLine } from './line.js';

const abs = Math.abs;

/** Nodes and widening of the interval: of the answer, and of the coarser one that it is compared with. */
const FINE = { nodes: 401, widening: 1.2 };
const COARSE = { nodes: 261, widening: 1 };
/** Numerical errors above this share of the errors of first order mean that functions are not smooth. */
const RESOLVED = 0.05;

/** Whether the backward equations are to be had: one weight, finite data. */
export function isOneDimensional({ weights, law }: SgdModel): boolean {
  return weights.length === 1 && hasAtomsAlone(law);
}

/** The expectations at one eta by the backward equations; the uncertainty is the change from a coarser grid. */
export function deterministicErrors(model: SgdModel, observables: readonly Observable[], eta: number, updates: number) {
  const [fine, coarse] = [FINE, COARSE].map((grid) => expectations(model, observables, { eta, updates, ...grid }));
  return observables.map((_, q): ErrorsAtEta => {
    const errors = fine[q].sde.map((value) => value - fine[q].real);
    return {
      expectation: fine[q].real,
      uncertainty: abs(fine[q].real - coarse[q].real),
      errors,
      uncertainties: errors.map((error, k) => abs(error - (coarse[q].sde[k] - coarse[q].real))),
    };
  });
}

/** Whether the numerical errors are small beside what is measured. */
export function isResolved(perEta: readonly (readonly ErrorsAtEta[])[]): boolean {
  return perEta.every((each) =>
    each.every(
      ({ errors: [first], uncertainties: [uncertainty], expectation }) =>
        uncertainty <= RESOLVED * abs(first) + 1e-9 * (1 + abs(expectation)),
    ),
  );
}

interface Grid {
  readonly eta: number;
  readonly updates: number;
  readonly nodes: number;
  readonly widening: number;
}

function expectations(model: SgdModel, observables: readonly Observable[], { eta, updates, nodes, widening }: Grid) {
  const [low, high] = reachOf(model, eta, updates, widening).wide;
  const line = createLine(low, high, nodes);
  const laws = directionLaws(model, line);
  const fields = fieldsAlong(model, line);
  const horizon = updates * eta;
  return observables.map(({ value: f }) => {
    const atStart = (v: Float64Array): number => line.interpolate(v, model.start[0]);
    return {
      real: atStart(chainExpectation(model, line, laws, { f, eta, updates })),
      sde: WEAK_ORDERS.map(({ drift }) =>
        atStart(sdeExpectation(model, line, fields, { f, eta, horizon, order: drift })),
      ),
    };
  });
}
