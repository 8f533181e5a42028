import type { Attack } from '../attacks/array-attack.js';
import { attackUnder, isScheduled } from '../attacks/controls.js';
import type { AttackSpec, TrainingAttackSpec } from '../attacks/schemas.js';
import { settingsUnder, undecided, type ControlName } from '../controls/index.js';
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

/** Any legal value of any control. */
const ANY = 1;

/** @throws E_INVALID where a schedule decides what this run does not have, such as the steps of an attack of one step */
export function requireObeyed({ base, described }: AttackInForce, controls: readonly ControlName[]): void {
  const settings = undecided(base);
  const idle = controls.filter((name) => settingsUnder(settings, { [name]: ANY }) === settings);
  if (idle.length === 0) return;
  const attack = described === null ? 'clean inputs and attacks of a module have' : `the attack ${described.type} has`;
  throw new HjbLrError('E_INVALID', `The schedule decides ${idle.join(', ')}, but ${attack} no such control.`, {
    remedy: 'Train with an attack that has these controls, or leave them out of the policy.',
    issues: idle.map((name) => ({ path: name, message: 'has nothing to act on' })),
  });
}
