import { EXIT_CODES } from '../../errors.js';
import type { ProblemStageOptions } from './declaration.js';
import { solveProblem, type SolvedProblem } from './solve-file.js';
import { releasedSolvers, type ProblemSolvers } from './solvers.js';
import { answerText } from './text.js';

/** Parts in which the progress of a solve is told. */
const PARTS = 200;

/**
 * `hjb-lr solve PROBLEM`: control problem -> the answer, and with a folder solution.json.
 * @param solvers - in place of the released ones
 */
export async function problemStage(
  { density = false, seed = 0, onProgress = () => {}, ...options }: ProblemStageOptions,
  solvers: ProblemSolvers = releasedSolvers,
) {
  const onShare = (share: number): void => {
    onProgress({ stage: 'solve', done: Math.floor(PARTS * share), total: PARTS });
  };
  onShare(0);
  const { file, result, artifacts } = await solveProblem({ ...options, density, seed, onShare }, solvers);
  onShare(1);
  return {
    artifacts,
    summary: [...answerText(file, result), ...artifacts.map((written) => `written: ${written}`)],
    result,
    exitCode: isSolved(result) ? EXIT_CODES.ok : EXIT_CODES.not_converged,
  };
}

function isSolved({ status, density }: SolvedProblem['result']): boolean {
  return status === 'converged' && (density === undefined || density.status === 'converged');
}
