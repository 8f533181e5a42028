import { z } from 'zod';
import { count, finite, nonnegative, positive, positiveCount } from '../shared/common.js';

const numbers = z.array(finite);
const errors = z.array(nonnegative);
const matrix = z.array(numbers);

const orderSchema = z.strictObject({
  /** first: b0 alone; second_full: b0 + eta b1; second_without_rate_derivatives: b1 without the derivatives of u. */
  order: z.enum(['first', 'second_full', 'second_without_rate_derivatives']),
  /** E f(X_T) of the SDE less E f(theta_N) of the real iteration, by eta. */
  errors: numbers,
  /** Of each: numerical where deterministic, else standard errors. */
  uncertainties: errors,
  /** Of ln |error| over ln eta by regression, with its standard error; null where too few errors stand out. */
  slope: finite.nullable(),
  slope_error: nonnegative.nullable(),
});

/** Weak error of the SDE against the real iteration. */
export const weakOrderSchema = z.strictObject({
  etas: z.array(positive),
  /** deterministic: both expectations by backward equations; monte_carlo: by `runs` runs and `paths` paths for each eta. */
  method: z.enum(['deterministic', 'monte_carlo']),
  runs: count,
  paths: count,
  observables: z.array(
    z.strictObject({ name: z.string(), expectations: numbers, uncertainties: errors, orders: z.array(orderSchema) }),
  ),
  sentences: z.array(z.string()),
});

const summarySchema = z.strictObject({
  mean: finite,
  mean_error: nonnegative,
  variance: nonnegative,
  variance_error: nonnegative,
  /** At 5, 25, 50, 75 and 95 %. */
  quantiles: numbers,
  /** 95 %, free of any assumption on the law. */
  quantile_bands: z.array(z.tuple([finite, finite])),
});

/** Real runs and paths of the SDE side by side. */
export const simulationSchema = z.strictObject({
  seed: count,
  runs: positiveCount,
  paths: positiveCount,
  times: numbers,
  /** Steps within an update of Euler-Maruyama and of the second-order scheme. */
  substeps: z.strictObject({ first: positiveCount, second: positiveCount }),
  /** Largest difference of interpolated coefficients to exact ones, relative to their size; null where none is interpolated. */
  interpolation_error: nonnegative.nullable(),
  quantities: z.array(
    z.strictObject({
      name: z.string(),
      /** By time: the real iteration, the first-order SDE, the second-order SDE. */
      real: z.array(summarySchema),
      first: z.array(summarySchema),
      second: z.array(summarySchema),
    }),
  ),
  sentences: z.array(z.string()),
});

const densitySchema = z.strictObject({
  /** Nodes of each weight. */
  axes: matrix,
  /** At the nodes, the last weight fastest. */
  values: errors,
  /** The law of the real runs by counts over the same nodes' cells. */
  real: errors,
});

/** Invariant measure and rate of convergence. */
export const longRunSchema = z.strictObject({
  /** The rate u that is held: its value at the horizon. */
  rate: finite,
  /** Where the mean field vanishes. */
  rest_point: numbers,
  /** Whether the mean field is linear, as far as it was looked at. */
  linear: z.boolean(),
  /** By the Lyapunov equation of the linearisation at the rest point: the SDE of each order, and the real iteration. */
  lyapunov: z.strictObject({ first: matrix, second: matrix, real: matrix }),
  /** Rate of convergence in units of t: slowest mode of the linearisation. */
  rates: z.strictObject({ first: finite, second: finite, real: finite }),
  /** Of the second-order SDE by the forward equation, in one and two weights; null for more. */
  stationary: z
    .strictObject({
      mean: numbers,
      covariance: matrix,
      /** Gap of the generator's spectrum; null where its slowest mode rotates. */
      spectral_gap: nonnegative.nullable(),
      density: densitySchema,
    })
    .nullable(),
  /** Real runs, averaged over time after they have forgotten their start. */
  real: z.strictObject({
    runs: positiveCount,
    updates: positiveCount,
    forgotten: count,
    mean: numbers,
    mean_errors: errors,
    covariance: matrix,
    covariance_errors: z.array(errors),
    /** By the correlation of the slowest mode over one time constant. */
    rate: finite.nullable(),
    rate_error: nonnegative.nullable(),
  }),
  sentences: z.array(z.string()),
});

const flowSchema = z.strictObject({
  weights: z.array(numbers),
  /** Root of E |grad_x l|^2. */
  input_gradient: errors,
  clean_loss: numbers,
  /** By eps, then by time. */
  adversarial_loss: z.array(numbers),
});

/** The flows of SGD and of adversarial SGD from the same start. */
export const robustnessSchema = z.strictObject({
  /** Budgets of the attack that tests both, in words. */
  attack: z.string(),
  eps: z.array(nonnegative),
  times: numbers,
  sgd: flowSchema,
  adversarial: flowSchema,
  sentences: z.array(z.string()),
});

/** The sections that `hjb-lr sde` adds where they are asked for. */
export const studySections = {
  weak_order: weakOrderSchema.optional(),
  simulation: simulationSchema.optional(),
  long_run: longRunSchema.optional(),
  robustness: robustnessSchema.optional(),
};

export type WeakOrder = z.output<typeof weakOrderSchema>;
export type Simulation = z.output<typeof simulationSchema>;
export type LongRun = z.output<typeof longRunSchema>;
export type Robustness = z.output<typeof robustnessSchema>;
/** Sections of the result. */
export interface Studies {
  readonly weak_order?: WeakOrder;
  readonly simulation?: Simulation;
  readonly long_run?: LongRun;
  readonly robustness?: Robustness;
}
