import { parseArtifact } from '../../src/artifacts/files.js';
import type { SdeControl } from '../../src/artifacts/sde-analysis/sde-analysis.js';
import { compileSgdModel, controlSgdModel, type SgdModel } from '../../src/sde/index.js';
import { realValue } from './real-value.js';
import { twoClasses } from './two-classes.js';

/** A model of two weights on real data through the whole line: exact coefficients, HJB, policy, real training. */
export interface TwoWeights {
  readonly name: string;
  readonly examples: number;
  readonly eta: number;
  readonly updates: number;
  readonly runs: number;
  /** V(0, start), and the solver's estimate of its error. */
  readonly value: number;
  readonly solverError: number;
  /** Expected cost of the real iteration under the same policy, by the exact transition over the examples; its own error. */
  readonly realValue: number;
  readonly realValueError: number;
  /** |realValue - value|: of the value function, at this eta. */
  readonly weakError: number;
  /** Mean cost of the real runs. */
  readonly mean: number;
  readonly standardError: number;
  /** Whether |mean - value| is at most 3 standard errors + solver error + weak error. */
  readonly agrees: boolean;
  /** (mean - realValue) / standard error. */
  readonly deviation: number;
  readonly comparisons: SdeControl['comparisons'];
  readonly methods: SdeControl['methods'];
}

export type ProblemName = 'linear' | 'logistic';

const LOSSES: Readonly<Record<ProblemName, string>> = {
  linear: '(a*x1 + b*x2 - y)^2/2',
  logistic: 'log(1 + exp(-y*(a*x1 + b*x2)))',
};

const ATTACKS = {
  linear: { type: 'penalised_ascent', steps: 7, eta_i: 0.02, lambda: 3 },
  logistic: { type: 'projected_ascent', norm: 'L2', direction: 'gradient', eps: 0.8, alpha: 1, steps: 5 },
} as const;

const PLACES = {
  linear: { start: { a: -0.5, b: 1 }, domain: { a: [-1.2, 1.6], b: [-1.4, 1.4] }, bounds: [0, 1.6] },
  logistic: { start: { a: -0.5, b: 1.2 }, domain: { a: [-1.5, 3], b: [-2, 2] }, bounds: [0, 6] },
} as const;

export interface StudySize {
  readonly eta: number;
  readonly runs: number;
  readonly nodes: number;
  readonly steps: number;
  /** Nodes of the expectation of the real iteration along each weight; its error is the change from two thirds of them, or without a margin. */
  readonly realNodes: number;
}

/** Adversarial linear or logistic regression of digit 1 against digit 7 in two principal components, batch size 1. */
export async function twoWeightModel(problem: ProblemName, { eta, nodes, steps }: StudySize): Promise<SgdModel> {
  const { rows } = await twoClasses(7, 1);
  const { start, domain, bounds } = PLACES[problem];
  const file = {
    ...{ kind: 'sgd_model', schema_version: '1.0.0', name: `adversarial ${problem} regression on two digits` },
    ...{ weights: ['a', 'b'], inputs: ['x1', 'x2'], label: 'y', loss: LOSSES[problem], data: { points: rows } },
    ...{ attack: ATTACKS[problem], eta, batch_size: 1, horizon: 2, start, at: [] },
    rate: { bounds },
    control: {
      ...{ order: 2, domain, nodes, steps, boundary: 'reflecting' },
      ...{ terminal_cost: 'loss', running_cost: null },
    },
  };
  return compileSgdModel(parseArtifact('sgd_model', file, 'model.json'));
}

/** How far the real iteration's grid goes beyond the domain of the control problem at each face, as a share of it. */
const MARGIN = 0.2;

export async function twoWeights(problem: ProblemName, size: StudySize): Promise<TwoWeights> {
  const model = await twoWeightModel(problem, size);
  const { result, of, policy } = await controlSgdModel(model, { runs: size.runs });
  const { value, error } = result.solver;
  const real = (share: number, margin: number): number =>
    realValue(model, of, policy, Math.round(share * size.realNodes), margin);
  const [fine, coarse, narrow] = [real(1, MARGIN), real(2 / 3, MARGIN), real(1, 0)];
  const { mean, standard_error: standardError } = result.methods[0].cost;
  const weakError = Math.abs(fine - value);
  return {
    name: model.file.name,
    examples: model.law.components.length,
    eta: size.eta,
    updates: result.updates,
    runs: size.runs,
    value,
    solverError: error!,
    realValue: fine,
    realValueError: Math.max(Math.abs(fine - coarse), Math.abs(fine - narrow)),
    weakError,
    mean: mean!,
    standardError: standardError!,
    agrees: Math.abs(mean! - value) <= 3 * standardError! + error! + weakError,
    deviation: (mean! - fine) / standardError!,
    comparisons: result.comparisons,
    methods: result.methods,
  };
}
