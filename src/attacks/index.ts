import { createFamily } from '../family.js';
import type { AttackMould } from './attack.js';
import * as members from './members.js';

export type { AttackBall, AttackControlName, AttackMould, AttackOptions, ControlValues, Perturb } from './attack.js';

/** The built-in attacks by the names that files use. */
export const ATTACKS = members satisfies Readonly<Record<string, AttackMould>>;

const FAMILY = createFamily<AttackMould>('attack', ATTACKS);

/**
 * Adds an attack, which experiments may then name as the built-in ones. Before any other module of hjb-lr is imported.
 * @throws E_INVALID for a name that is taken, and where it comes too late
 */
export const registerAttack = FAMILY.register as <Spec extends { readonly type: string }>(
  attack: AttackMould<Spec>,
) => void;

/** The attack of this name. */
export const attackNamed = FAMILY.member;

/** All attacks, registered ones included; from then on none can be added. */
export const allAttacks = FAMILY.members;
