import type { Issue } from '../../errors.js';
import { dataError } from '../../formats/problem.js';
import { namedColumns } from '../column-names.js';
import type { Cell, LogFile, LogReader } from '../log-reader.js';

/** A line of a metric: time in milliseconds, value, step. */
const METRIC_LINE = /^(\d+) (\S+) (-?\d+)$/;

/** The folder of one run in MLflow's file store: a file for each metric in `metrics`, a line for each value. */
export const mlflowReader: LogReader = {
  name: 'mlflow',
  describe: () => "The folder of one run in MLflow's file store (mlruns/EXPERIMENT/RUN), with its metrics.",
  recognises: ({ folder }) =>
    folder !== undefined && metricsOf(folder).some(({ lines }) => METRIC_LINE.test(lines[0] ?? '')),
  read: (log, options) => {
    const metrics = metricsOf(log.folder ?? []);
    const { rows, issues } = rowsOf(metrics);
    if (issues.length > 0) {
      throw dataError(log.file, 'lines that are no "TIME VALUE STEP"', 'Copy the metrics of the run again.', issues);
    }
    const { names, notes } = namedColumns([...metrics.map(({ name }) => name), STEP], options, log.file);
    const column = (name: string): Cell[] =>
      rows.map(({ step, values }) => (name === STEP ? step : (values.get(name) ?? null)));
    return {
      trainer: 'mlflow',
      facts: {},
      columns: Object.fromEntries([...names].map(([ours, name]) => [ours, column(name)])),
      notes,
      place: (row): string => `step ${rows[row].step}`,
    };
  },
};

const STEP = 'step';

interface Metric {
  readonly name: string;
  readonly file: string;
  readonly lines: readonly string[];
}

interface StepRow {
  readonly step: number;
  readonly time: number;
  readonly values: Map<string, Cell>;
}

function metricsOf(folder: readonly LogFile[]): Metric[] {
  return folder.flatMap(({ file, bytes }) => {
    const name = /^metrics[\\/](.+)$/.exec(file)?.[1];
    if (name === undefined) return [];
    return [
      { name: name.replaceAll('\\', '/'), file, lines: new TextDecoder().decode(bytes).trimEnd().split(/\r?\n/) },
    ];
  });
}

/** The values of all metrics by their step; a value that was logged again stands in a row of its own, in the order of time. */
function rowsOf(metrics: readonly Metric[]): { rows: StepRow[]; issues: Issue[] } {
  const byStep = new Map<number, StepRow[]>();
  const issues: Issue[] = [];
  for (const { name, file, lines } of metrics) {
    const seen = new Map<number, number>();
    lines.forEach((line, i) => {
      const found = METRIC_LINE.exec(line);
      if (found === null) return void issues.push({ path: `${file}: line ${i + 1}`, message: `got "${line}"` });
      const [time, step] = [Number(found[1]), Number(found[3])];
      const again = seen.get(step) ?? 0;
      seen.set(step, again + 1);
      const rows = byStep.get(step) ?? [];
      byStep.set(step, rows);
      if (again >= rows.length) rows.push({ step, time, values: new Map() });
      rows[again].values.set(name, numberOf(found[2]));
    });
  }
  const rows = [...byStep.values()].flat().sort((a, b) => a.time - b.time || a.step - b.step);
  return { rows, issues };
}

function numberOf(text: string): number {
  if (/^[+-]?inf(inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return Number(text);
}
