import { createFamily } from '../family.js';
import type { Closure, FilterDescription } from './closure.js';
import * as members from './members.js';

export type {
  Closure,
  ClosureEquations,
  ClosureState,
  FilterDescription,
  Prior,
  Scales,
  SetByHand,
  StateAxis,
} from './closure.js';
export type { FilterState, FilterUpdate, StateFilter } from './state-filter.js';

/** The built-in closures by the names that files use. */
export const CLOSURES = members satisfies Readonly<Record<string, Closure>>;

const FAMILY = createFamily<Closure>('closure', CLOSURES);

/**
 * Adds a closure, which experiments may then name as the built-in ones. Before any other module of hjb-lr is imported.
 * @throws E_INVALID for a name that is taken, and where it comes too late
 */
export const registerClosure = FAMILY.register as <Parameter extends string, Spec extends FilterDescription>(
  closure: Closure<Parameter, Spec>,
) => void;

/** The closure of this name. */
export const closureNamed = FAMILY.member;

/** All closures, registered ones included; from then on none can be added. */
export const allClosures = FAMILY.members;
