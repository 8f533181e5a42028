import type { z } from 'zod';
import { problemFields, type ProblemFields } from './fields.js';
import type { expression } from './parts.js';
import { checkProblem } from './rules.js';

/** A controlled diffusion on one to three states, its cost, its grid, and what is asked of it. */
export const controlProblemSchema = problemFields
  .superRefine(checkProblem)
  .transform(completed)
  .meta({ title: 'hjb-lr control problem' });

/** Time steps of a finite horizon, and how much `sinh` crowds, where the file says nothing. */
const STEPS = 200;
const STRENGTH = 3;

/** Fills in the defaults that depend on other fields. */
function completed(file: ProblemFields) {
  const infinite = file.horizon === 'infinite';
  return {
    ...file,
    states: file.states.map(completedState),
    time: infinite ? null : (file.time ?? { steps: STEPS }),
    query: file.query.map((query) => (infinite ? query : { ...query, t: query.t ?? 0 })),
  };
}

function completedState({ name, domain, ...state }: ProblemFields['states'][number]) {
  if (Array.isArray(state.nodes)) {
    return { name, domain: [state.nodes[0], state.nodes.at(-1)!] as [number, number], ...state };
  }
  const spacing = state.spacing ?? ('uniform' as const);
  const crowding = spacing === 'sinh' ? { strength: state.strength ?? STRENGTH } : {};
  return { name, domain: domain!, ...state, spacing, ...crowding };
}

export type ControlProblemFile = z.output<typeof controlProblemSchema>;
export type ControlProblemInput = z.input<typeof controlProblemSchema>;
export type StateSpec = ControlProblemFile['states'][number];
export type ControlSpec = ControlProblemFile['controls'][number];
export type BoundarySpec = StateSpec['boundary'][number];
export type Expression = z.output<typeof expression>;
