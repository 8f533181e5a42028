import type { ProblemSolution } from '../artifacts/solution/problem-solution.js';
import { answerSentences, answerTable } from '../synthesis/problem-file/text.js';
import { problemFigures, type GridSolution } from './figures/problem-maps.js';
import { escapeHtml, figureSection, htmlPage, htmlTable } from './html.js';

/** Answers, value and policy on one page that needs nothing from outside itself. */
export function problemPage(
  { problem: file, result }: Pick<ProblemSolution, 'problem' | 'result'>,
  solution: GridSolution,
  plotly: string,
): string {
  const figures = problemFigures(solution);
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
