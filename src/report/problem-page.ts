import path from 'node:path';
import { writeFileAtomic } from '../artifacts/files.js';
import { EXIT_CODES } from '../errors.js';
import { releasedSolvers, type ProblemSolvers } from '../synthesis/problem-file/solvers.js';
import { solveProblem, type ProblemOptions, type SolvedProblem } from '../synthesis/problem-file/solve-file.js';
import { problemFigures } from './figures/problem-maps.js';
import { escapeHtml, figureSection, htmlPage, htmlTable, plotlySource } from './html.js';
import { answerSentences, answerTable, answerText } from '../synthesis/problem-file/text.js';

export interface ProblemStageOptions extends Omit<ProblemOptions, 'draw'> {
  /** Whether to write solution.html, which needs a folder. */
  readonly html: boolean;
  readonly onProgress?: (event: { stage: string; done: number; total: number }) => void;
}

/**
 * `hjb-lr solve PROBLEM`: control problem -> the answer, solution.json with a folder, solution.html if asked.
 * @param given - solvers in place of the released ones
 */
export async function problemStage(options: ProblemStageOptions, given: ProblemSolvers = releasedSolvers) {
  options.onProgress?.({ stage: 'solve', done: 0, total: 1 });
  const solved = await solveProblem({ ...options, draw: options.html }, given);
  const page = options.html ? [await writePage(options.out!, solved)] : [];
  options.onProgress?.({ stage: 'solve', done: 1, total: 1 });
  const artifacts = [...solved.artifacts, ...page];
  const { status, density } = solved.result;
  const isSolved = status === 'converged' && (density === undefined || density.status === 'converged');
  return {
    artifacts,
    summary: [...answerText(solved.file, solved.result), ...artifacts.map((file) => `written: ${file}`)],
    result: solved.result,
    exitCode: isSolved ? EXIT_CODES.ok : EXIT_CODES.not_converged,
  };
}

async function writePage(out: string, solved: SolvedProblem): Promise<string> {
  const file = path.join(out, 'solution.html');
  await writeFileAtomic(file, problemPage(solved, await plotlySource()));
  return file;
}

/** Answers, value and policy on one page that needs nothing from outside itself. */
export function problemPage({ file, problem, solution, result }: SolvedProblem, plotly: string): string {
  const controls = problem.controls.map(({ name }) => name);
  const figures = problemFigures({ axes: problem.states, controls, ...solution });
  const { head, rows } = answerTable(file, result);
  const [status, ...sentences] = answerSentences(result);
  const sections = [
    `<p class="verdict">${escapeHtml(status)}</p>`,
    rows.length === 0 ? '' : htmlTable(head, rows),
    `<ul>${sentences.map((sentence) => `<li>${escapeHtml(sentence)}</li>`).join('')}</ul>`,
    ...figures.map(figureSection),
    `<h2>The problem</h2><details><summary>every default filled in</summary><pre><code>${escapeHtml(JSON.stringify(file, null, 1))}</code></pre></details>`,
  ];
  return htmlPage({ title: file.name, subject: 'hjb-lr solution', sections, figures, plotly });
}
