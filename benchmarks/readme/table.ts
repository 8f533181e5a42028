import { interval, type Row } from './comparison.js';

/** README's table: each row a workload, differences with their 95 % intervals over the seeds. */
export function tableText(rows: readonly Row[]): string {
  return [
    '| workload | best rival | its loss | `recommended` | loss, % | robust points | half the budget, loss % |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map(
      ({ name, rival, rivalLoss, loss, differences, points, half }) =>
        `| ${[name, rival, rivalLoss.toFixed(3), loss.toFixed(3), interval(differences), interval(points), interval(half)].join(' | ')} |`,
    ),
  ].join('\n');
}
