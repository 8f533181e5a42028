import { HjbLrError } from '../../src/errors.js';
import { placeAt, type Discretization } from './node-model.js';

/** The error for what a problem says at a node, and what to do about it. */
export function problemFault(
  d: Discretization,
  node: number,
  t: number,
  path: string,
  message: string,
  remedy = 'Correct this part of the problem.',
): HjbLrError {
  const where = placeAt(d, node, t);
  return new HjbLrError('E_INVALID', `The control problem "${d.problem.name}" is not well posed.`, {
    remedy,
    issues: [{ path, message: `${message} at ${where}` }],
    fields: { node: where },
  });
}

/** A node of a face with a state constraint from which every control leads out. */
export function noControlAt(d: Discretization, node: number, t: number): HjbLrError {
  return problemFault(d, node, t, 'states', 'no control keeps the state inside a face with state_constraint');
}
