import type { Attack } from '../attacks/array-attack.js';
import { attackUnder, isScheduled } from '../attacks/controls.js';
import type { AttackSpec, TrainingAttackSpec } from '../attacks/schemas.js';
import type { ControlName } from '../controls/index.js';
import { HjbLrError } from '../errors.js';

/** The attack of a run whose parameters controls may change. */
export interface AttackInForce {
  /** As an experiment describes it; null where no control reaches it. */
  readonly described: TrainingAttackSpec | null;
  /** What controls start from. */
  readonly base: AttackSpec | null;
  /** The attack of an update, as controls have left its description. */
  under(spec: AttackSpec | null): Attack | null;
}

/** An attack is made again only where its description is another one than that of the update before. */
export function attackInForce(attack: Attack | null): AttackInForce {
  if (attack === null || attack.spec === null || attack.under === undefined) {
    return { described: null, base: null, under: () => attack };
  }
  const described = attack.description ?? attack.spec;
  const { under } = attack;
  const base = attackUnder(described, {}, 0);
  // Where nothing changes, the attack stays the very one that the workload has: a module may have wrapped it.
  let current = { text: isScheduled(described) ? '' : JSON.stringify(base), attack: attack as Attack };
  return {
    described,
    base,
    under(spec) {
      const text = JSON.stringify(spec);
      if (text !== current.text) current = { text, attack: under(spec!) as Attack };
      return current.attack;
    },
  };
}

const ATTACK_CONTROLS: readonly ControlName[] = ['attack_steps', 'attack_step_size', 'attack_eps'];

/** @throws E_INVALID where a schedule decides a parameter of an attack that has none that can be changed */
export function requireAttackControls({ described }: AttackInForce, controls: readonly ControlName[]): void {
  const decided = controls.filter((name) => ATTACK_CONTROLS.includes(name));
  if (described !== null || decided.length === 0) return;
  throw new HjbLrError(
    'E_INVALID',
    `The schedule decides ${decided.join(', ')}, but the attack cannot be changed so.`,
    {
      remedy:
        "Train with an attack that the experiment describes: clean inputs and a module's own attack have no such control.",
      issues: decided.map((name) => ({ path: name, message: 'is a control of no attack here' })),
    },
  );
}
