import { canonicalJson } from '../canonical-json.js';
import type { Issue } from '../errors.js';
import { createFamily } from '../family.js';
import type { Closure, FilterDescription } from './closure.js';
import * as members from './members.js';

export type {
  Closure,
  ClosureEquations,
  ClosureState,
  FilterDescription,
  Flow,
  Prior,
  Scales,
  SetByHand,
  StateAxis,
} from './closure.js';
export type { FilterState, FilterUpdate, StateFilter } from './state-filter.js';

/** The built-in closures by the names that files use. */
export const CLOSURES = members satisfies Readonly<Record<string, Closure>>;

const FAMILY = createFamily<Closure>('closure', CLOSURES, statesTaken);

/**
 * Adds a closure, which experiments may then name as the built-in ones. Before any other module of hjb-lr is imported.
 * @throws E_INVALID for a name that is taken, for a state that another closure has with another axis, and where it comes
 * too late
 */
export const registerClosure = FAMILY.register as <Parameter extends string, Spec extends FilterDescription>(
  closure: Closure<Parameter, Spec>,
) => void;

/** The closure of this name. */
export const closureNamed = FAMILY.member;

/** All closures, registered ones included; from then on none can be added. */
export const allClosures = FAMILY.members;

/** An experiment has one number of nodes for a state, whichever closure has it: of one name there is one axis. */
function statesTaken({ axes }: Closure, others: readonly Closure[]): Issue[] {
  return Object.entries(axes).flatMap(([state, axis]) => {
    const text = canonicalJson(axis, []);
    const owner = others.find(({ axes: { [state]: own } }) => own !== undefined && canonicalJson(own, []) !== text);
    if (owner === undefined) return [];
    return [
      { path: `axes.${state}`, message: `is a state of ${owner.name}, which has another axis: name it otherwise` },
    ];
  });
}
