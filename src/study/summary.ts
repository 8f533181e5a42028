import type { StudyResults } from '../artifacts/study/study-results.js';

/** A study in a few lines: its verdicts by budget, then what failed. */
export function summaryLines({ study, cells, runs, aggregates }: StudyResults): string[] {
  const subject = study.subject ?? study.methods[0].name;
  const verdicts = study.budgets.flatMap((budget) =>
    study.methods
      .filter(({ name }) => name !== subject)
      .flatMap(({ name }) => {
        const outcomes = cells.filter(
          (cell) => cell.budget === budget && cell.method === name && cell.comparison !== null,
        );
        if (outcomes.length === 0) return [];
        const count = (outcome: string): number =>
          outcomes.filter((cell) => cell.comparison?.outcome === outcome).length;
        const open = outcomes.length - count('better') - count('worse');
        return [
          `${budget}x, ${subject} against ${name}: better on ${count('better')}, worse on ${count('worse')}, not shown on ${open} of ${outcomes.length} workloads`,
        ];
      }),
  );
  const best = study.budgets.flatMap((budget) => {
    const own = aggregates.filter((aggregate) => aggregate.budget === budget);
    const top = own.reduce((a, b) => (b.interquartile_mean.value > a.interquartile_mean.value ? b : a), own[0]);
    return top === undefined ? [] : [`${budget}x: ${top.method} has the highest interquartile mean of scores`];
  });
  const ends = (status: string): number => runs.filter((run) => run.status === status).length;
  return [
    ...best,
    ...verdicts,
    `${runs.length} runs: ${ends('diverged')} diverged, ${ends('failed')} failed, ${ends('left_out')} left out`,
  ];
}
