import type { AttackSpec, TrainingAttackSpec } from '../artifacts/experiment/attacks.js';

/** A number, or its values at shares of the run. */
export type Scheduled = number | { readonly schedule: readonly (readonly [number, number])[] };

/** The attack of a description that is in force when a share of the run is done, in [0, 1]. */
export function specAt(spec: TrainingAttackSpec, share: number): AttackSpec {
  switch (spec.type) {
    case 'pgd':
      return { ...spec, eps: linearAt(spec.eps, share), steps: heldAt(spec.steps, share) };
    case 'fgsm':
      return { ...spec, eps: linearAt(spec.eps, share) };
    case 'penalised_ascent':
      return { ...spec, steps: heldAt(spec.steps, share) };
  }
}

/** Whether anything of it changes along a run. */
export function isScheduled(spec: TrainingAttackSpec): boolean {
  return [spec.type === 'penalised_ascent' ? 0 : spec.eps, spec.type === 'fgsm' ? 0 : spec.steps].some(
    (value) => typeof value !== 'number',
  );
}

/** Linear between the points, and constant before the first and after the last. */
export function linearAt(value: Scheduled, share: number): number {
  if (typeof value === 'number') return value;
  const { schedule } = value;
  const next = schedule.findIndex(([at]) => at > share);
  if (next === 0) return schedule[0][1];
  if (next === -1) return schedule[schedule.length - 1][1];
  const [[from, low], [to, high]] = [schedule[next - 1], schedule[next]];
  return low + ((high - low) * (share - from)) / (to - from);
}

/** The value of the last point that is reached; before the first, its own. */
export function heldAt(value: Scheduled, share: number): number {
  if (typeof value === 'number') return value;
  const reached = value.schedule.filter(([at]) => at <= share);
  return (reached.length === 0 ? value.schedule[0] : reached[reached.length - 1])[1];
}
