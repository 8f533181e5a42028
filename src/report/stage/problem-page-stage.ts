import path from 'node:path';
import { readArtifact, writeFileAtomic } from '../../artifacts/files.js';
import type { ProblemSolution } from '../../artifacts/solution/problem-solution.js';
import { HjbLrError } from '../../errors.js';
import type { ProblemPageOptions } from './declaration.js';
import { plotlySource } from '../html.js';
import { problemPage } from '../problem-page.js';
import { gridSolution } from '../solution-arrays.js';

/**
 * solution.json of a control problem -> solution.html.
 * @throws what `readArtifact` and `gridSolution` throw; E_KIND for the solution of coefficients; E_WRITE
 */
export async function problemPageStage({ solutionPath, out }: ProblemPageOptions) {
  const solution = await readArtifact('solution', solutionPath);
  if (!('problem' in solution)) throw notOfProblem(solutionPath);
  const target = path.join(out, 'solution.html');
  const grid = await gridSolution(solution as ProblemSolution, path.dirname(solutionPath));
  await writeFileAtomic(target, problemPage(solution, grid, await plotlySource()));
  return { artifacts: [target], summary: [`written: ${target}`], result: {} };
}

function notOfProblem(file: string): HjbLrError {
  return new HjbLrError('E_KIND', `${file} is the solution of coefficients, not of a control problem.`, {
    remedy: 'Give the solution.json that `hjb-lr solve PROBLEM` wrote.',
    fields: { file },
  });
}
