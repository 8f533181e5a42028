import { HjbLrError } from '../errors.js';
import type { AttackBall, AttackControlName, ControlValues } from './attack.js';
import { attackNamed } from './index.js';
import { BETWEEN, SCHEDULABLE, valueAt, type Between, type Scheduled } from './scheduled.js';
import type { AttackSpec, SingleAttackSpec, TrainingAttackSpec } from './schemas.js';

/** A control that an attack obeys. */
export interface AttackControl {
  /** What its description says; null where a step length is derived from the radius and the number of steps. */
  readonly value: Scheduled | null;
  readonly between: Between;
}

/**
 * The controls that an attack obeys, with the values or schedules of its description.
 *
 * @example
 * attackControls({ type: 'pgd', eps: 0.1, steps: 5, ... }).attack_steps; // { value: 5, between: 'held' }
 */
export function attackControls(spec: TrainingAttackSpec): Partial<Record<AttackControlName, AttackControl>> {
  const values = spec as unknown as Readonly<Record<string, Scheduled | undefined>>;
  return Object.fromEntries(
    fieldsOf(spec).map(([control, field]) => [control, { value: values[field] ?? null, between: BETWEEN[control] }]),
  );
}

/**
 * The fixed attack of a description with these values of its controls put in. A control that is not given is what the
 * description says when `share` of the run is done; a step length that nothing gives is left to be derived.
 *
 * @param controls - the number of steps a positive integer, its length positive, the radius >= 0
 * @throws E_INVALID for a control that the attack does not obey
 */
export function attackUnder(spec: TrainingAttackSpec, controls: ControlValues, share = 1): AttackSpec {
  const fields = fieldsOf(spec);
  requireObeyed(spec.type, fields, controls);
  const values = spec as unknown as Readonly<Record<string, Scheduled | undefined>>;
  const entries = fields.flatMap(([control, field]) => {
    const { [field]: own } = values;
    const value = controls[control] ?? (own === undefined ? undefined : valueAt(own, BETWEEN[control], share));
    return value === undefined ? [] : [[field, value] as const];
  });
  return { ...spec, ...Object.fromEntries(entries) } as AttackSpec;
}

/** Whether anything of it changes along a run by a schedule of its own. */
export function isScheduled(spec: TrainingAttackSpec): boolean {
  const controls = attackControls(spec);
  return SCHEDULABLE.some((control) => typeof (controls[control]?.value ?? 0) !== 'number');
}

/** Whether an attack moves anything: one of radius 0 along the whole run is none. */
export function perturbs(spec: TrainingAttackSpec): boolean {
  return attackControls(spec).attack_eps?.value !== 0;
}

/** The ball that an attack searches; null where it has none. */
export function ballOf(spec: SingleAttackSpec): AttackBall | null {
  return attackNamed(spec.type).ball(spec);
}

function fieldsOf({ type }: { readonly type: string }): [AttackControlName, string][] {
  return Object.entries(attackNamed(type).controls) as [AttackControlName, string][];
}

function requireObeyed(
  type: string,
  fields: readonly (readonly [AttackControlName, string])[],
  controls: ControlValues,
): void {
  const obeyed: readonly string[] = fields.map(([control]) => control);
  const others = Object.keys(controls).filter((control) => !obeyed.includes(control));
  if (others.length === 0) return;
  throw new HjbLrError('E_INVALID', `The attack ${type} has no ${others.join(', no ')}.`, {
    remedy: `Control ${obeyed.join(', ')}, or take another attack.`,
    issues: others.map((path) => ({ path, message: `is no control of ${type}` })),
  });
}
