import {
  evaluationAttackSchema,
  trainingAttackSchema,
  type AttackSpec,
  type EvaluationAttackInput,
  type SingleAttackSpec,
  type TrainingAttackInput,
  type TrainingAttackSpec,
} from '../artifacts/experiment/attacks.js';
import { issuesOf } from '../artifacts/shared/issues.js';
import { HjbLrError } from '../errors.js';
import type { AnyAttack, ArrayAttack, Attack } from '../workloads/workload.js';
import { describeAttack } from './describe.js';
import { createLinearExact } from './linear-exact.js';
import { createPenalisedAscent } from './penalised-ascent.js';
import { createProjectedAscent, type Start } from './projected-ascent.js';
import { isScheduled, specAt } from './scheduled.js';

export { describeAttack } from './describe.js';

/** Length of all PGD steps together, in radii (Madry et al. 2018). */
const PGD_REACH = 2.5;
/** Length of the one FGSM step after a random start, in radii (Wong, Rice & Kolter 2020). */
const FGSM_REACH = 1.25;
/** Steps of the attack that scores runs. */
const SCORING_STEPS = 10;
/** Moments of a run at which a schedule is looked at for its mean cost. */
const MOMENTS = 1000;

interface AttackOptions {
  /** Length of all steps together, in radii, where no step length is given. */
  readonly reach?: number;
  /** In place of the one that `random_start` says. */
  readonly start?: Start;
}

/**
 * The attack of a description, its step length filled in: 2.5 eps / steps for PGD, 1.25 eps for FGSM. Where eps or steps
 * follow a schedule, `at` gives the attack in force, `perturb` is that of the end of the run, and `gradientEvaluations`
 * the mean over the run.
 *
 * @throws E_INVALID with every field of the description that is not one of an attack
 *
 * @example
 * const attack = createAttack({ type: 'pgd', eps: 0.1, steps: 5 });
 * attack.gradientEvaluations; // 5
 */
export function createAttack(input: TrainingAttackInput, options: AttackOptions = {}): ArrayAttack {
  const parsed = trainingAttackSchema.safeParse(input, { reportInput: true });
  if (!parsed.success) throw notAnAttack(issuesOf(parsed.error));
  const spec = parsed.data;
  const at = (share: number): ArrayAttack<AttackSpec> => fixedAttack(specAt(spec, share), options);
  if (!isScheduled(spec)) return at(1);
  const costs = Array.from({ length: MOMENTS }, (_, i) => at((i + 0.5) / MOMENTS).gradientEvaluations);
  return {
    ...at(1),
    spec,
    gradientEvaluations: costs.reduce((sum, cost) => sum + cost, 0) / MOMENTS,
    at,
  };
}

/** The attack in force when a share of the run is done. */
export function attackAt(attack: Attack | null, share: number): Attack | null {
  return attack === null || attack.spec === null || attack.at === undefined ? attack : attack.at(share);
}

function fixedAttack(spec: AttackSpec, { reach, start }: AttackOptions): ArrayAttack<AttackSpec> {
  if (spec.type === 'penalised_ascent') return createPenalisedAscent(spec);
  const { eps, loss, random_start } = spec;
  const shared = { eps, loss, start: start ?? (random_start ? ('uniform' as const) : ('input' as const)) };
  if (spec.type === 'pgd') {
    const { alpha = ((reach ?? PGD_REACH) * eps) / spec.steps, norm, steps, restarts, keep } = spec;
    return createProjectedAscent(withAlpha(spec, alpha), { ...shared, alpha, norm, steps, restarts, keep });
  }
  const { alpha = (reach ?? FGSM_REACH) * eps } = spec;
  const one = { norm: 'Linf', steps: 1, restarts: 1, keep: 'last' } as const;
  return createProjectedAscent(withAlpha(spec, alpha), { ...shared, ...one, alpha });
}

/** The description with its step length written out, where it is a length at all. */
function withAlpha<Spec extends AttackSpec>(spec: Spec, alpha: number): Spec {
  return alpha > 0 ? { ...spec, alpha } : spec;
}

/** One attack of an evaluation, as starts that are made one after the other. */
export interface EvaluationAttack {
  /** As logs name it. */
  readonly name: string;
  readonly spec: SingleAttackSpec;
  readonly starts: readonly ArrayAttack<SingleAttackSpec>[];
}

/**
 * The attacks of an evaluation, those of `best_of` in their order; every restart is a start of its own.
 *
 * @param classes - logits of the model
 * @throws E_INVALID with every field of the description that is not one of such an attack
 */
export function evaluationAttacks(input: EvaluationAttackInput, classes: number): EvaluationAttack[] {
  const parsed = evaluationAttackSchema.safeParse(input, { reportInput: true });
  if (!parsed.success) throw notAnAttack(issuesOf(parsed.error));
  const spec = parsed.data;
  return (spec.type === 'best_of' ? spec.attacks : [spec]).map((one) => {
    const restarts = one.type === 'pgd' ? one.restarts : 1;
    const start = one.type === 'linear_exact' ? createLinearExact(one, classes) : fixedAttack(oneStart(one), {});
    return { name: describeAttack(one), spec: one, starts: Array.from({ length: restarts }, () => start) };
  });
}

function oneStart(spec: AttackSpec): AttackSpec {
  return spec.type === 'pgd' ? { ...spec, restarts: 1 } : spec;
}

/** Gradients that an evaluation spends on each example where none is spared. */
export function evaluationCost(attacks: readonly { readonly starts: readonly AnyAttack[] }[]): number {
  return attacks.flatMap(({ starts }) => starts).reduce((sum, start) => sum + start.gradientEvaluations, 0);
}

/** The attack that scores runs: PGD with 10 steps and one random start on the training attack's last ball. */
export function scoringAttack(spec: TrainingAttackSpec): AttackSpec {
  const last = specAt(spec, 1);
  if (last.type === 'penalised_ascent') return last;
  const norm = last.type === 'fgsm' ? 'Linf' : last.norm;
  return { type: 'pgd', norm, eps: last.eps, steps: SCORING_STEPS, random_start: true, restarts: 1, keep: 'last' };
}

function notAnAttack(issues: HjbLrError['issues']): HjbLrError {
  return new HjbLrError('E_INVALID', 'This is not the description of an attack.', {
    remedy: 'For example { type: "pgd", norm: "Linf", eps: 0.1, steps: 5 }.',
    issues: issues.map(({ path, message }) => ({ path: path === '' ? 'attack' : `attack.${path}`, message })),
  });
}
