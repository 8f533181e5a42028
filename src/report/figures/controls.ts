import type { Results } from '../../artifacts/results/results.js';
import { controlNamed, controlsOfSetting, type RunSetting } from '../../controls/index.js';
import { baseLayout, COLORS, flatRange, type Figure } from '../figure.js';
import { styleOf } from '../method-style.js';
import type { StudyRecord } from '../run-record.js';

/**
 * Every control but the rate that some method changes along its runs, beside what the experiment has it at; none that all runs
 * have at one value.
 */
export function controlFigures(results: Results, { controlled }: Pick<StudyRecord, 'controlled'>): Figure[] {
  const runs = results.methods.flatMap((method) => (controlled.get(method.id) ?? []).map((run) => ({ method, run })));
  const names = [...new Set(runs.flatMap(({ run }) => Object.keys(run.controls)))];
  return names.flatMap((name): Figure[] => {
    const control = controlNamed(name);
    const title = words(name);
    const having = runs.filter(({ run }) => name in run.controls);
    const own = experimentLine(results, name);
    const lines = having.map(({ method, run }, i) => {
      const { color, dash, width } = styleOf(method, results);
      return {
        ...{ type: 'scatter', mode: 'lines', name: method.label, legendgroup: method.id },
        showlegend: having.findIndex((other) => other.method === method) === i,
        ...{ x: run.update, y: run.controls[name], line: { color, dash, width, shape: 'hv' } },
        hovertemplate: `update %{x}: %{y:.4g}<extra>%{fullData.name}, seed ${run.seed}</extra>`,
      };
    });
    const values = [...having.flatMap(({ run }) => run.controls[name]), ...(own?.y ?? [])];
    const range = flatRange(values);
    if (range !== null) return [];
    return [
      {
        id: `control-${name}`,
        title: `${title[0].toUpperCase()}${title.slice(1)} over time`,
        caption: `${control?.description ?? ''}${control === undefined ? '' : ` In ${control.unit}.`} One line per seed of every method that changes it; the others have it where the experiment has it${own === null ? '' : ', the dashed line'}.`.trim(), // prettier-ignore
        data: [...lines, ...(own === null ? [] : [own])],
        layout: baseLayout('updates', title),
        table: {
          head: ['method', 'seed', 'first', 'at half time', 'last'],
          rows: having.map(({ method, run }) => {
            const y = run.controls[name];
            return [method.label, run.seed, ...[0, y.length >> 1, y.length - 1].map((k) => short(y[k]))];
          }),
        },
      },
    ];
  });
}

/** What the experiment itself makes of a control along a run; null where it says nothing. */
function experimentLine({ experiment }: Results, name: string) {
  const { workload, batch_size, averaging, horizon } = experiment;
  const attack = typeof workload === 'string' ? null : (workload.attack ?? null);
  const setting = { attack, batch_size, averaging: averaging ?? null, updates: horizon, horizon } as RunSetting;
  const schedule = controlsOfSetting(setting).get(name);
  if (schedule === undefined) return null;
  const x = Array.from({ length: 101 }, (_, i) => Math.round((i * (horizon - 1)) / 100));
  return {
    ...{ type: 'scatter', mode: 'lines', name: 'the other methods: as the experiment has it' },
    ...{ x, y: x.map((k) => schedule.at(k)), line: { color: COLORS.fixed, dash: 'dash', width: 2, shape: 'hv' } },
    hovertemplate: 'update %{x}: %{y:.4g}<extra>as the experiment has it</extra>',
  };
}

function words(name: string): string {
  return name.replaceAll('_', ' ');
}

function short(value: number | null | undefined): number | null {
  return value === null || value === undefined ? null : Number(value.toPrecision(4));
}
