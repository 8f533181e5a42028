import type { LogLook, TrainingLog } from '../../artifacts/training-log/training-log.js';
import { LOSS_COLUMNS } from '../../artifacts/training-log/step.js';
import { controlNamed } from '../../controls/index.js';
import { baseLayout, COLORS, dash, extent, flatRange, logAxis, type Figure } from '../figure.js';
import { controlsOf } from '../run-record.js';
import { evenIndices, short, tableOf } from './grid-points.js';

/** A training log with the name by which the page calls it. */
export interface NamedLog {
  readonly name: string;
  readonly log: TrainingLog;
}

const LINES = [COLORS.policy, COLORS.fixed, COLORS.decay, COLORS.null_hypothesis, COLORS.named, COLORS.recommended, COLORS.policy_hjb, COLORS.schedule_free]; // prettier-ignore

/** Points of a curve; each is the mean over its block of updates. */
const POINTS = 300;

/** Loss, rate, every other control, step lengths and looks over the updates of one run or several. */
export function trainingFigures(logs: readonly NamedLog[]): Figure[] {
  return [lossFigure(logs), rateFigure(logs), ...otherControls(logs), ...gradientFigure(logs), ...lookFigures(logs)];
}

function colorOf(i: number): string {
  return LINES[i % LINES.length];
}

/** The loss column that training lowers, or the first that there is. */
export function lossColumn({ header, steps }: TrainingLog): (typeof LOSS_COLUMNS)[number] {
  const wanted = header.attack === null ? 'train_loss' : 'train_robust_loss';
  const there = (column: string): boolean => steps.some((step) => column in step);
  return there(wanted) ? wanted : (LOSS_COLUMNS.find(there) ?? wanted);
}

/** Means over blocks; null where a block has a loss that is not finite. */
function blockMeans({ steps }: TrainingLog, column: string): { update: number[]; value: (number | null)[] } {
  const size = Math.max(1, Math.ceil(steps.length / POINTS));
  const blocks = Array.from({ length: Math.ceil(steps.length / size) }, (_, k) =>
    steps.slice(k * size, (k + 1) * size),
  );
  const meanOf = (block: typeof steps): number | null => {
    const sum = block.reduce((total, step) => total + Number(step[column] ?? NaN), 0);
    return Number.isFinite(sum) ? sum / block.length : null;
  };
  return { update: blocks.map(([{ update }]) => update), value: blocks.map(meanOf) };
}

function lossFigure(logs: readonly NamedLog[]): Figure {
  const curves = logs.map(({ name, log }, i) => ({ name, log, i, ...blockMeans(log, lossColumn(log)) }));
  const scores = curves.flatMap(({ name, log, i }) => scoreTraces(name, log, colorOf(i)));
  const finite = curves.flatMap(({ value }) => value.filter((one): one is number => one !== null));
  const [low, high] = extent(finite);
  const isLog = low > 0 && high > 20 * low;
  return {
    id: 'loss',
    title: 'Loss over time',
    caption: `Minibatch losses before each update (means of blocks), in the columns ${[...new Set(logs.map(({ log }) => lossColumn(log)))].join(', ')}.${scores.length === 0 ? '' : ' Markers: losses on fixed examples.'}`,
    data: [
      ...curves.map(({ name, i, update, value }) => ({
        ...{ type: 'scatter', mode: 'lines', name, legendgroup: name, x: update, y: value },
        line: { color: colorOf(i), dash: dash(i), width: 2 },
        hovertemplate: 'update %{x}: %{y:.5g}<extra>%{fullData.name}</extra>',
      })),
      ...scores,
    ],
    layout: baseLayout('updates', 'minibatch loss', isLog ? { yaxis: logAxis('minibatch loss', finite) } : {}),
    table: tableOf(
      ['update', ...curves.map(({ name }) => name)],
      evenIndices(curves[0].update.length, 21).map((k) => [
        curves[0].update[k],
        ...curves.map(({ value }) => value[k] ?? NaN),
      ]),
    ),
  };
}

function scoreTraces(name: string, { evaluations }: TrainingLog, color: string) {
  const kinds = [
    ['train_robust_loss', 'training examples, attacked', 'circle'],
    ['test_robust_loss', 'test examples, attacked', 'diamond'],
  ] as const;
  if (evaluations.length === 0) return [];
  return kinds.map(([column, words, symbol]) => ({
    ...{ type: 'scatter', mode: 'markers', name: `${name}: ${words}` },
    ...{ x: evaluations.map(({ update }) => update), y: evaluations.map((row) => Number(row[column])) },
    marker: { color, symbol, size: 9 },
    hovertemplate: `after %{x} updates: %{y:.5g}<extra>${words}</extra>`,
  }));
}

function rateFigure(logs: readonly NamedLog[]): Figure {
  const curves = logs.map(({ name, log: { steps } }, i) => {
    const rows = evenIndices(steps.length, 2 * POINTS).map((k) => steps[k]);
    return { name, i, x: rows.map(({ update }) => update), y: rows.map(({ lr }) => Number(lr)) };
  });
  const rates = curves.flatMap(({ y }) => y);
  const flat = flatRange(rates);
  const positive = rates.filter((rate) => rate > 0);
  const [low, high] = extent(positive);
  const axis = flat !== null ? { title: { text: 'learning rate', standoff: 8 }, range: flat } : high > 4 * low ? logAxis('learning rate', positive) : { title: { text: 'learning rate', standoff: 8 }, zeroline: false }; // prettier-ignore
  return {
    id: 'rate',
    title: 'Learning rate over time',
    caption: `The rate in force at each update.${flat === null ? '' : ` It is constant: ${short((flat[0] + flat[1]) / 2)}.`}`,
    data: curves.map(({ name, i, x, y }) => ({
      ...{
        type: 'scatter',
        mode: 'lines',
        name,
        x,
        y,
        line: { color: colorOf(i), dash: dash(i), width: 2, shape: 'hv' },
      },
      hovertemplate: 'update %{x}: %{y:.5g}<extra>%{fullData.name}</extra>',
    })),
    layout: baseLayout('updates', 'learning rate', { yaxis: axis }),
    table: tableOf(
      ['run', 'largest rate', 'rate at half time', 'last rate'],
      curves.map(({ name, y }) => [name, extent(y)[1], y[y.length >> 1], y[y.length - 1]]),
    ),
  };
}

/** Controls other than the rate that a run has at one value, in words. */
export function constantControls({ log }: NamedLog): string {
  const constant = Object.entries(controlsOf(log, 0).controls).filter(([, values]) => flatRange(values) !== null);
  return constant.map(([name, values]) => `${name.replaceAll('_', ' ')} ${short(values[0]!)}`).join(', ');
}

/** Controls that change along some run, or differ between runs. */
function otherControls(logs: readonly NamedLog[]): Figure[] {
  const runs = logs.map(({ name, log }, i) => ({ name, i, ...controlsOf(log, log.header.seed ?? 0) }));
  const names = [...new Set(runs.flatMap(({ controls }) => Object.keys(controls)))];
  return names.flatMap((name): Figure[] => {
    const having = runs.filter(({ controls }) => name in controls);
    const words = name.replaceAll('_', ' ');
    const control = controlNamed(name);
    if (flatRange(having.flatMap(({ controls }) => controls[name])) !== null) return [];
    const figure = {
      id: `control-${name}`,
      title: `${words[0].toUpperCase()}${words.slice(1)} over time`,
      caption: control === undefined ? '' : `${control.description} In ${control.unit}.`,
      data: having.map((run) => ({
        ...{ type: 'scatter', mode: 'lines', name: run.name, x: run.update, y: run.controls[name] },
        line: { color: colorOf(run.i), dash: dash(run.i), width: 2, shape: 'hv' },
        hovertemplate: 'update %{x}: %{y:.5g}<extra>%{fullData.name}</extra>',
      })),
      layout: baseLayout('updates', words),
      table: tableOf(
        ['run', 'first', 'at half time', 'last'],
        having.map((run) => [run.name, ...[0, 0.5, 1].map((share) => run.controls[name][Math.round(share * (run.update.length - 1))] ?? NaN)]), // prettier-ignore
      ),
    };
    return [figure];
  });
}

function gradientFigure(logs: readonly NamedLog[]): Figure[] {
  const having = logs.flatMap(({ name, log }, i) => (log.steps.some((step) => step.grad_norm !== undefined) ? [{ name, i, ...blockMeans(log, 'grad_norm') }] : [])); // prettier-ignore
  if (having.length === 0) return [];
  const all = having.flatMap(({ value }) => value);
  return [
    {
      id: 'gradient',
      title: 'Length of the minibatch gradient',
      caption: 'Before the clip, means of blocks of updates.',
      data: having.map(({ name, i, update, value }) => ({
        ...{
          type: 'scatter',
          mode: 'lines',
          name,
          x: update,
          y: value,
          line: { color: colorOf(i), dash: dash(i), width: 2 },
        },
        hovertemplate: 'update %{x}: %{y:.4g}<extra>%{fullData.name}</extra>',
      })),
      layout: baseLayout('updates', '|g|', { yaxis: logAxis('|g|', all) }),
      table: tableOf(
        ['update', ...having.map(({ name }) => name)],
        evenIndices(having[0].update.length, 21).map((k) => [
          having[0].update[k],
          ...having.map(({ value }) => value[k] ?? NaN),
        ]),
      ),
    },
  ];
}

/** Looks at the held-out loss, of runs that have them. */
function lookFigures(logs: readonly NamedLog[]): Figure[] {
  const having = logs.flatMap(({ name, log }, i) => (log.looks.length > 0 ? [{ name, i, looks: log.looks }] : []));
  if (having.length === 0) return [];
  const line = (looks: readonly LogLook[], of: 'held_out_loss' | 'training_loss') => ({
    x: looks.map(({ update }) => update),
    y: looks.map((look) => Number(look[of])),
  });
  return [
    {
      id: 'looks',
      title: 'Looks at the held-out loss',
      caption:
        'The loss on held-out examples, by which a run goes on or stops, and the training loss of the same weights.',
      data: having.flatMap(({ name, i, looks }) => [
        { type: 'scatter', mode: 'lines+markers', name: `${name}: held out`, ...line(looks, 'held_out_loss'), line: { color: colorOf(i), width: 2 }, marker: { color: colorOf(i), size: 6 }, hovertemplate: 'after %{x} updates: %{y:.5g}<extra>held out</extra>' }, // prettier-ignore
        { type: 'scatter', mode: 'lines', name: `${name}: training`, ...line(looks, 'training_loss'), line: { color: colorOf(i), width: 2, dash: 'dot' }, hovertemplate: 'after %{x} updates: %{y:.5g}<extra>training</extra>' }, // prettier-ignore
      ]),
      layout: baseLayout('updates', 'loss'),
      table: {
        head: ['run', 'update', 'held out', 'training', 'best so far', 'decision', 'reason'],
        rows: having.flatMap(({ name, looks }) => looks.map((look) => [name, look.update, short(Number(look.held_out_loss)), short(Number(look.training_loss)), look.best ? 'yes' : '', look.action, look.reason])), // prettier-ignore
      },
    },
  ];
}
