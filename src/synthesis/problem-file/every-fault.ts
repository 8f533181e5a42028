import { HjbLrError } from '../../errors.js';

/** A solve is refused at the first fault that it meets; the file is, with all of them. */
export function orEveryFault<Result>(solve: () => Result, requireInputs: () => void): Result {
  try {
    return solve();
  } catch (error) {
    if (error instanceof HjbLrError && error.code === 'E_INVALID') requireInputs();
    throw error;
  }
}
