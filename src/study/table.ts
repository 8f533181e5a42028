import type { StudyCell, StudyResults } from '../artifacts/study/study-results.js';

const OUTCOMES: Readonly<Record<string, string>> = {
  better: 'subject better',
  worse: 'subject worse',
  not_shown: 'no difference shown',
  too_few_seeds: 'too few seeds',
  not_finite: 'not finite',
};

/** A study as Markdown: over all workloads first, then one table for each workload and budget, then every run that failed. */
export function studyMarkdown(results: StudyResults): string {
  const { name, study, engine, node } = results;
  const places = results.workloads.map((place) => placeSection(results, place));
  const seeds = `seeds ${study.seeds.join(', ')}; tuning on ${study.tuning_seeds.join(', ') || 'none'} (${study.tuning.rule})`;
  return [
    `# ${name}`,
    '',
    `${engine.engine} (${engine.backend}, ${engine.kernel}), Node ${node}; ${seeds}. Losses are ${study.figure}; lower is better.`,
    `Costs are in runs, tuning and pilot included. Verdicts are of ${subjectOf(results)}: paired t, adjusted by Holm over the`,
    `methods of a table, p < 0.05 and at least ${100 * study.smallest_difference} %.`,
    '',
    '## All workloads',
    '',
    aggregateTable(results),
    ...places.flatMap((text) => ['', text]),
    ...failures(results),
    '',
  ].join('\n');
}

function subjectOf({ study }: StudyResults): string {
  return study.subject ?? study.methods[0].name;
}

function aggregateTable({ aggregates }: StudyResults): string {
  const rows = [...aggregates]
    .sort((a, b) => a.budget - b.budget || b.interquartile_mean.value - a.interquartile_mean.value)
    .map(({ budget, method, workloads, interquartile_mean: iqm, improvement }) => [
      `${budget}x`,
      method,
      String(workloads),
      ranged(iqm),
      improvement === null ? '' : ranged(improvement),
    ]);
  return table(['budget', 'method', 'workloads', 'interquartile mean of scores', 'P(subject > method)'], rows);
}

function placeSection(
  { cells, workloads, runs }: StudyResults,
  { workload, budget }: StudyResults['workloads'][number],
): string {
  const own = cells.filter((cell) => cell.workload === workload && cell.budget === budget);
  const there = own.filter(({ method }) => runs.some((run) => run.method === method && run.status !== 'left_out'));
  const sorted = there.sort((a, b) => (a.mean ?? Infinity) - (b.mean ?? Infinity));
  const unit = workloads.find((place) => place.workload === workload && place.budget === budget)!;
  return [
    `## ${workload}, ${budget}x (${unit.one_run_grad_evals} gradient evaluations a run)`,
    '',
    table(
      ['method', 'loss', 'subject against it', 'cost', 'robust acc.', 'strong', 'to target', 'dead', 'next setting'],
      sorted.map(cellRow),
    ),
  ].join('\n');
}

function cellRow(cell: StudyCell): string[] {
  const { comparison: found, time_to_target: time } = cell;
  const difference =
    found?.relative === undefined || found.relative === null ? '' : ` (${signed(100 * found.relative)} %)`;
  return [
    cell.method,
    cell.mean === null ? 'not finite' : `${cell.mean.toFixed(4)}${plusMinus(cell.standard_error)}`,
    found === null ? '' : `${OUTCOMES[found.outcome ?? 'not_shown']}${difference}`,
    cell.cost_in_runs === null ? '' : cell.cost_in_runs.toFixed(2),
    percent(cell.test_robust_acc),
    percent(cell.strong_robust_acc),
    time === null
      ? ''
      : `${time.median === null ? 'not reached' : time.median.toFixed(2)} (${time.reached}/${time.runs})`,
    cell.death_rate === 0 ? '' : percent(cell.death_rate),
    cell.setting_spread === null ? '' : `+${(100 * cell.setting_spread).toFixed(1)} %`,
  ];
}

/** Every run that was not trained to its end, with its reason. */
function failures({ runs }: StudyResults): string[] {
  const rows = runs
    .filter(({ status }) => status !== 'completed')
    .map(({ workload, budget, method, seed, status, reason }) => [
      workload,
      `${budget}x`,
      method,
      String(seed),
      status,
      reason ?? '',
    ]);
  if (rows.length === 0) return ['', 'Every run came to its end.'];
  return ['', '## Runs without an end', '', table(['workload', 'budget', 'method', 'seed', 'status', 'reason'], rows)];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function ranged({ value, low, high }: StudyResults['aggregates'][number]['interquartile_mean']): string {
  return `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

function plusMinus(error: number | null): string {
  return error === null ? '' : ` ± ${error.toFixed(4)}`;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`;
}

function percent(share: number | null): string {
  return share === null ? '' : `${(100 * share).toFixed(1)} %`;
}
