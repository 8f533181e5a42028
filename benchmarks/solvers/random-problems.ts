import { writeFileSync } from 'node:fs';
import { benchmarkFile } from '../file.js';
import { machineText, thisMachine } from '../machine.js';
import { FAMILIES } from './random/families.js';
import { judged, summaryOf, type FamilySummary, type Verdict } from './random/judge.js';

/** Problems of each family. */
const PROBLEMS = 50;

/** Full size of the problems. */
const SCALE = 1;

/** How many of a family must be covered, and how far the median estimate may exceed the median error. */
const LEAST_COVERED = 0.92;
const MOST_ABOVE = 10;

/** An error that is that of rounding, beside which an estimate of the steps' tolerance says nothing. */
const ROUNDING = 1e-12;

/**
 * `npm run benchmark:random-problems`: random problems with truths in closed form, judged by their own error estimates, stored
 * in results/random-problems.md and .json.
 */
function main(): void {
  const verdicts: Verdict[] = [];
  const summaries = Object.keys(FAMILIES).map((family) => {
    for (let seed = 0; seed < PROBLEMS; seed += 1) verdicts.push(judged(family, seed, SCALE));
    const summary = summaryOf(family, verdicts);
    process.stdout.write(`${rowOf(summary)}\n`);
    return summary;
  });
  const missed = verdicts.filter(({ isCovered, isInRange }) => !isCovered || !isInRange);
  const machine = thisMachine();
  const text = textOf(summaries, missed, machineText(machine));
  writeFileSync(benchmarkFile('solvers/results/random-problems.md'), text);
  writeFileSync(
    benchmarkFile('solvers/results/random-problems.results.json'),
    `${JSON.stringify({ machine, problems: PROBLEMS, scale: SCALE, summaries, missed }, null, 2)}\n`,
  );
}

function rowOf({
  family,
  problems,
  covered,
  inRange,
  refused,
  medianError,
  medianEstimate,
  seconds,
}: FamilySummary): string {
  const isGood = covered >= LEAST_COVERED * problems && inRange === problems;
  const ratio = medianEstimate / medianError;
  const cells = [
    family,
    `${covered} of ${problems}`,
    `${inRange} of ${problems}`,
    refused,
    short(medianError),
    short(medianEstimate),
    ratio <= MOST_ABOVE || medianError <= ROUNDING ? short(ratio) : `**${short(ratio)}**`,
    short(seconds),
    isGood ? 'yes' : '**no**',
  ];
  return `| ${cells.join(' | ')} |`;
}

function textOf(summaries: readonly FamilySummary[], missed: readonly Verdict[], machine: string): string {
  const head = [
    'family',
    'value and control within 3 errors',
    'within the range of the data',
    'refused by a status',
    'median error',
    'median estimate',
    'ratio',
    'seconds',
    `at least ${LEAST_COVERED * PROBLEMS}`,
  ];
  const missedRows = missed.map(
    ({ family, seed, value, error, estimate, controlError, controlEstimate }) =>
      `| ${family} | ${seed} | ${short(value)} | ${short(error)} | ${short(estimate)} | ${short(controlError)} | ${short(controlEstimate)} |`,
  );
  return [
    '# Random problems with truths in closed form',
    '',
    `\`npm run benchmark:random-problems\`: ${PROBLEMS} problems of each family, default options. ${machine}.`,
    '',
    `| ${head.join(' | ')} |`,
    `| ${head.map(() => '---').join(' | ')} |`,
    ...summaries.map(rowOf),
    '',
    '## Not covered',
    '',
    '| family | seed | value | its error | its estimate | error of the control | its estimate |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...missedRows,
    '',
  ].join('\n');
}

function short(value: number | null): string {
  return value === null ? '–' : String(Number(value.toPrecision(3)));
}

main();
