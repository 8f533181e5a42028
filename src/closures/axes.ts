import { closureNamed, type ClosureState } from './index.js';

/** How far beyond the fitted domain a state may go before the open-loop rate takes over. */
const SUPPORT_MARGIN = 2;

/** What a file says of a fitted closure's states. */
interface FittedStates {
  readonly name: string;
  readonly states: readonly Pick<ClosureState, 'name' | 'domain'>[];
}

/** The box of states in which a fitted closure is believed: twice its domain, down to 0 where a state may vanish. */
export function supportOf({ name, states }: FittedStates): Record<string, [number, number]> {
  const { axes } = closureNamed(name);
  const box = ({ name: state, domain: [low, high] }: FittedStates['states'][number]): [number, number] => [
    axes[state]?.mayVanish === true ? 0 : low / SUPPORT_MARGIN,
    SUPPORT_MARGIN * high,
  ];
  return Object.fromEntries(states.map((state) => [state.name, box(state)]));
}

/** Nodes of the solver's grid along a state: those that an experiment gives for it, or else the closure's own. */
export function nodesAlong(
  closure: string,
  state: string,
  given: Readonly<Record<string, number | undefined>>,
): number {
  const axis = closureNamed(closure).axes[state];
  return given[state] ?? given[axis.nodesLike ?? state] ?? axis.nodes;
}
