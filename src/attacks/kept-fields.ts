import { z } from 'zod';

/** What an attack that may keep perturbations says of them. */
export interface KeptFields {
  /**
   * Every training example keeps the perturbation of its last visit, and the ascent starts from it: ATTA (Zheng et al. 2020,
   * arXiv 1912.11969) and FGSM-PGI (Jia et al. 2022, arXiv 2207.08859). With delta_i of example i and Pi the projection on the
   * ball in force and on the box, a visit takes
   *   delta_i <- Pi(delta_i + alpha sign(grad_x l(theta, x_i + Pi(delta_i))))   (Linf; grad / |grad|_2 in L2).
   * On its first visit an example starts as `random_start` says: at a uniform point of the ball by default. One step of the
   * length of the radius is the default. Nothing else than training uses what is kept.
   */
  readonly start?: 'kept' | undefined;
  /** What the perturbations are kept as; float32 by default. */
  readonly kept_as?: KeptAs | undefined;
}

/** float32 numbers, or 8-bit ones as shares of each perturbation's largest change. */
export type KeptAs = 'float32' | 'int8';

/** Steps of an attack whose examples keep their perturbations, where nothing gives them. */
const KEPT_STEPS = 1;

/** The fields in the description of an attack to train against. */
export function keptFields() {
  return {
    start: z
      .enum(['kept'])
      .optional()
      .describe(
        'Start of the ascent: kept is the perturbation of the last visit of the same training example; on the first ' +
          'visit, and where start is missing, random_start tells it. The default is then one step of length eps.',
      ),
    kept_as: z
      .enum(['float32', 'int8'])
      .optional()
      .describe(
        'Numbers in which perturbations are kept: float32 (the default), or int8, a quarter of the memory, as shares of ' +
          'the largest change of each example.',
      ),
  };
}

/** The same names in a description that cannot have them. */
export function refusedKeptFields(why: string) {
  return {
    start: z.never({ error: why }).optional().describe(`Not here: ${why}.`),
    kept_as: z.never({ error: why }).optional().describe(`Not here: ${why}.`),
  };
}

/** Number of steps, which has a default with kept perturbations alone. */
export function stepsOrKept(steps: z.ZodType<number>) {
  return steps.optional().describe(`${steps.description ?? ''} It is ${KEPT_STEPS} by default where start is kept.`);
}

interface Description extends KeptFields {
  readonly steps?: unknown;
  readonly restarts?: number;
}

/** What of a description does not go with kept perturbations, or with their absence. */
export function keptIssues(spec: Description, hasSteps: boolean): { path: string; message: string }[] {
  if (spec.start === 'kept') {
    if ((spec.restarts ?? 1) === 1) return [];
    return [{ path: 'restarts', message: 'must be 1 where start is kept: an example keeps one perturbation' }];
  }
  return [
    ...(hasSteps && spec.steps === undefined ? [{ path: 'steps', message: 'missing (expected a number)' }] : []),
    ...(spec.kept_as === undefined ? [] : [{ path: 'kept_as', message: 'needs "start": "kept"' }]),
  ];
}

/** The description with what kept perturbations have by default filled in. */
export function withKeptDefaults<Spec extends Description>(spec: Spec, hasSteps: boolean): Spec {
  if (spec.start !== 'kept') return spec;
  return { ...spec, ...(hasSteps ? { steps: spec.steps ?? KEPT_STEPS } : {}), kept_as: spec.kept_as ?? 'float32' };
}
