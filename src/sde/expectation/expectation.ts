import { standardErrorOf } from '../../math/estimates.js';
import { hasAtomsAlone, type SampleLaw } from '../law/law.js';
import { lineNodes, type Pieces } from './line.js';
import { batchesOf, monteCarloNodes } from './monte-carlo.js';
import { coordinateCount, type NodeSet } from './nodes.js';
import { tensorNodes } from './tensor.js';

const abs = Math.abs;
const max = Math.max;

export type ExpectationMethod = 'exact' | 'quadrature' | 'monte_carlo';

/** Numbers that rest on expectations, and how well they are known. */
export interface Estimate {
  readonly values: Float64Array;
  /** 0 where exact; the change to the next lower rule for quadrature; the standard error for Monte Carlo. */
  readonly errors: Float64Array;
  readonly method: ExpectationMethod;
}

/** Nodes of the expectation for weights theta. */
export type NodesAt = (theta: ArrayLike<number>) => NodeSet;

/** Numbers computed from expectations over these nodes, and the size of the integrands, by which changes are judged. */
export type Figures = (
  nodesAt: NodesAt,
  method: ExpectationMethod,
) => { readonly values: Float64Array; readonly scale: number };

export interface ExpectationOptions {
  readonly seed: number;
  /** Samples where Monte Carlo is used. */
  readonly samples: number;
  /** Whether the integrands are smooth in the sample wherever they are finite. */
  readonly smooth: boolean;
  readonly pieces: (theta: ArrayLike<number>) => Pieces;
}

/** Expectations over a law: sums for atoms, quadrature where it converges, Monte Carlo otherwise. */
export interface Expectation {
  /** The method that is tried first. */
  readonly method: ExpectationMethod;
  evaluate(figures: Figures): Estimate;
}

/**
 * Relative to the size of the integrands: where the ladder of rules stops, and what its last step may still change (less
 * than the standard error of the default number of samples by far).
 */
const CONVERGED = 1e-9;
const GOOD_ENOUGH = 1e-4;

const TENSOR_ORDERS = [4, 8, 16, 32, 64, 128];
const LINE_ORDERS = [
  { line: 8, others: 4 },
  { line: 16, others: 8 },
  { line: 24, others: 16 },
  { line: 32, others: 32 },
];
const MOST_TENSOR_NODES = 1e6;
const MOST_LINE_NODES = 2e6;
/** Panels of a line. */
const PANELS = 10;

export function createExpectation(law: SampleLaw, options: ExpectationOptions): Expectation {
  if (hasAtomsAlone(law)) return exact(law);
  let samples: NodeSet | undefined;
  const byMonteCarlo = (figures: Figures): Estimate => {
    samples ??= monteCarloNodes(law, options.samples, options.seed);
    return monteCarlo(samples, figures);
  };
  const ladder = ladderOf(law, options);
  if (ladder.length < 2) return { method: 'monte_carlo', evaluate: byMonteCarlo };
  return { method: 'quadrature', evaluate: (figures) => climb(ladder, figures) ?? byMonteCarlo(figures) };
}

function exact(law: SampleLaw): Expectation {
  const nodes = tensorNodes(law, 1);
  return {
    method: 'exact',
    evaluate(figures) {
      const { values } = figures(() => nodes, 'exact');
      return { values, errors: new Float64Array(values.length), method: 'exact' };
    },
  };
}

/** A rule of the ladder; null where it cannot be had. */
type Rule = (theta: ArrayLike<number>) => NodeSet | null;

/** Rules of growing order, as far as they stay affordable. */
function ladderOf(law: SampleLaw, { smooth, pieces }: ExpectationOptions): Rule[] {
  const { start, components } = law;
  if (start !== null && start.norm === 'L2' && start.size > 1) return [];
  const count = (order: number, free: number): number =>
    components.reduce((sum, component) => sum + order ** max(0, coordinateCount(law, component) - free), 0);
  if (smooth) {
    return TENSOR_ORDERS.filter((order) => count(order, 0) <= MOST_TENSOR_NODES).map((order) => {
      let nodes: NodeSet | undefined;
      return () => (nodes ??= tensorNodes(law, order));
    });
  }
  const affordable = LINE_ORDERS.filter(({ line, others }) => PANELS * line * count(others, 1) <= MOST_LINE_NODES);
  return affordable.map((order) => (theta) => lineNodes(law, pieces(theta), order));
}

/** Thrown through the figures where a rule cannot be had. */
class NoRule extends Error {}

/** From rule to rule until the figures stand still; null where they do not. */
function climb(ladder: readonly Rule[], figures: Figures): Estimate | null {
  let before: Float64Array | undefined;
  let last: Estimate | undefined;
  let change = Infinity;
  try {
    for (const rule of ladder) {
      const { values, scale } = figures((theta) => rule(theta) ?? fail(), 'quadrature');
      if (before !== undefined) {
        const earlier = before;
        const errors = values.map((value, i) => abs(value - earlier[i]));
        last = { values, errors, method: 'quadrature' };
        change = relative(errors, scale);
        if (change <= CONVERGED) return last;
      }
      before = values;
    }
  } catch (error) {
    if (!(error instanceof NoRule)) throw error;
    return null;
  }
  return last !== undefined && change <= GOOD_ENOUGH ? last : null;
}

function fail(): never {
  throw new NoRule();
}

/** Largest error, relative to a scale. */
function relative(errors: Float64Array, scale: number): number {
  const largest = errors.reduce((most, error) => max(most, error), 0);
  return largest === 0 ? 0 : largest / scale;
}

/** The errors cost as much again as the values: they wait until they are asked for. */
function monteCarlo(samples: NodeSet, figures: Figures): Estimate {
  const { values } = figures(() => samples, 'monte_carlo');
  let errors: Float64Array | undefined;
  const spread = (): Float64Array => {
    const parts = batchesOf(samples).map((batch) => figures(() => batch, 'monte_carlo').values);
    return values.map((_, i) => standardErrorOf(parts.map((part) => part[i])));
  };
  return {
    values,
    get errors() {
      return (errors ??= spread());
    },
    method: 'monte_carlo',
  };
}
