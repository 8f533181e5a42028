import path from 'node:path';
import { readArtifact, writeFileAtomic } from '../../artifacts/files.js';
import type { ProblemSolution } from '../../artifacts/solution/problem-solution.js';
import { HjbLrError } from '../../errors.js';
import { plotlySource } from '../html.js';
import { htmlReport } from '../render.js';
import type { ProblemPageOptions } from './declaration.js';
import { problemPageOf } from './problem-parts.js';

/**
 * solution.json of a control problem -> solution.html.
 * @throws what `readArtifact` and `problemPageOf` throw; E_KIND for the solution of coefficients; E_WRITE
 */
export async function problemPageStage({ solutionPath, out }: ProblemPageOptions) {
  const solution = await readArtifact('solution', solutionPath);
  if (!('problem' in solution)) throw notOfProblem(solutionPath);
  const target = path.join(out, 'solution.html');
  const page = await problemPageOf(solution as ProblemSolution, solutionPath);
  await writeFileAtomic(target, htmlReport([page], await plotlySource()));
  return { artifacts: [target], summary: [`written: ${target}`], result: {} };
}

function notOfProblem(file: string): HjbLrError {
  return new HjbLrError('E_KIND', `${file} is the solution of coefficients, not of a control problem.`, {
    remedy: 'Give the solution.json that `hjb-lr solve PROBLEM` wrote.',
    fields: { file },
  });
}
