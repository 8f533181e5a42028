import type { ProblemSolution } from '../../artifacts/solution/problem-solution.js';
import { asJson } from '../../json.js';
import { answerSentences, answerTable } from '../../synthesis/problem-file/text.js';
import type { Fact, Lead, Page, Section } from '../content.js';
import type { Figure } from '../figure.js';
import { densityFigure, pathFigures, type GridDensity, type GridPaths } from '../figures/closed-loop.js';
import { problemFigures, type GridSolution } from '../figures/problem-maps.js';
import { stoppingFigure, type IsStopped } from '../figures/stopping-region.js';

type Solved = Pick<ProblemSolution, 'problem' | 'result' | 'provenance'>;

/** What is drawn of a solution. */
export interface DrawnProblem {
  readonly solution: GridSolution;
  /** Of optimal stopping. */
  readonly isStopped: IsStopped | null;
  readonly density: GridDensity | null;
  readonly paths: GridPaths | null;
}

/** Answers, value and policy of a control problem. */
export function problemPage({ problem: file, result, provenance }: Solved, drawn: DrawnProblem): Page {
  const { head, rows } = answerTable(file, result);
  const [, ...sentences] = answerSentences(result);
  const answers: Section = { id: 'answers', title: 'The answers', table: { head, rows } };
  return {
    kind: 'problem',
    title: file.name,
    subject: 'solution of a control problem',
    lead: leadOf({ problem: file, result, provenance }),
    sections: [
      ...(rows.length === 0 ? [] : [answers]),
      ...figuresOf(result, drawn),
      { id: 'how', title: 'How the answer was found', items: sentences.filter((sentence) => !sentence.startsWith('warning: ')) }, // prettier-ignore
      {
        id: 'provenance',
        title: 'Provenance',
        caption:
          'To reproduce: write the problem below to a file, and give it to `hjb-lr solve FILE --out DIR --html`.',
        facts: Object.entries(provenance).map(([name, value]) => ({ name: name.replaceAll('_', ' '), value: typeof value === 'string' ? value : JSON.stringify(value) })), // prettier-ignore
        source: { summary: 'the problem, every default filled in', text: JSON.stringify(file, null, 1) },
      },
    ],
    verdicts: asJson(result),
  };
}

function figuresOf(result: Solved['result'], { solution, isStopped, density, paths }: DrawnProblem): Figure[] {
  return [
    ...(isStopped === null || solution.times.length === 0 ? [] : [stoppingFigure(solution, isStopped)]),
    ...problemFigures(solution),
    ...(density === null || result.density === undefined
      ? []
      : [densityFigure(solution.axes, density, result.density)]),
    ...(paths === null || result.simulation === undefined ? [] : pathFigures(solution.axes, paths, result.simulation)),
  ];
}

/** What each status is to a reader. */
const STATUSES: Readonly<Record<Solved['result']['status'], string>> = {
  converged: 'Solved: every time step of the equation converged.',
  max_iterations: 'Not solved: policy iteration stopped at its limit, so that these numbers are not the answer.',
  non_finite: 'Not solved: numbers overflowed or are undefined.',
  unbounded: 'There is no finite answer: the value has no bound.',
  truncated: 'These numbers belong to the truncated domain: its face decides the value.',
  not_unique: 'There is more than one answer: conditions far out decide between them.',
  not_resolved: 'Not resolved: the error may be as large as the values.',
};

function leadOf({ problem, result }: Solved): Lead {
  const isSolved = result.status === 'converged';
  return {
    verdict: `${STATUSES[result.status]}${isSolved ? '' : ` ${result.remedy}`}`,
    tone: isSolved ? 'good' : 'warning',
    facts: [answerFact({ problem, result }), sureFact(result), costFact(result)],
    sentences: result.warnings.map((warning) => `Warning: ${warning}`),
  };
}

/** The first query, in words. */
function answerFact({ problem, result }: Pick<Solved, 'problem' | 'result'>): Fact {
  const label = 'The answer';
  const { rows } = answerTable(problem, result);
  if (rows.length === 0)
    return { label, text: 'The file asks for no query: value and policy on the grid are drawn below.' };
  const [[query, value, error, ...others]] = rows;
  const controls = problem.controls.map(({ name }, i) => `${name} = ${others[2 * i]}${plusMinus(others[2 * i + 1])}`);
  const what = problem.objective === 'maximize' ? 'reward' : 'cost';
  const more = rows.length > 1 ? ` ${rows.length - 1} more below.` : '';
  const outside = result.inside[0] ? '' : ' The query lies outside the domain.';
  return { label, text: `At ${query} the ${what} is ${value}${plusMinus(error)}${controls.length === 0 ? '' : `, and the best control is ${controls.join(', ')}`}.${outside}${more}` }; // prettier-ignore
}

function plusMinus(error: string): string {
  return error === '–' ? '' : ` ± ${error}`;
}

function sureFact({
  error_estimates: errors,
  values,
  observed_order: order,
  monotone,
  warnings,
}: Solved['result']): Fact {
  const relative = errors.values.flatMap((error, i) => {
    const value = values[i];
    return error === null || value === null || value === 0 ? [] : [Math.abs(error / value)];
  });
  const worst = relative.length === 0 ? 'The error of the values is not known.' : `The values are estimated to be right to ${(100 * Math.max(...relative)).toPrecision(2)} % or better.`; // prettier-ignore
  const orderWords =
    order === null ? 'No order of convergence can be told.' : `Halving the grid shows order ${order.toFixed(1)}.`;
  const scheme = monotone.space && monotone.time ? ' The scheme is monotone.' : '';
  const warned =
    warnings.length === 0
      ? ''
      : ` Read the ${warnings.length === 1 ? 'warning' : `${warnings.length} warnings`} below.`;
  return { label: 'How sure', text: `${worst} ${orderWords}${scheme}${warned}` };
}

function costFact({ seconds, policy_iterations: iterations, kernel }: Solved['result']): Fact {
  const each = `${iterations.mean.toFixed(1)} policy iterations in a step on average, ${iterations.max} at most`;
  return { label: 'It cost', text: `${seconds.toPrecision(2)} s with the kernel ${kernel}: ${each}.` };
}
