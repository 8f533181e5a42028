import { parseOptimizer, readAttack } from '../../artifacts/run-facts.js';
import { HjbLrError } from '../../errors.js';
import { readBytes, utf8Of } from '../../formats/bytes.js';
import { isNumber, parseCsv } from '../../formats/csv.js';
import { dataError } from '../../formats/problem.js';
import type { ImportStageOptions } from './declaration.js';
import { identifiedBy, importLogs, type ColumnMap, type Imported, type RunFacts } from '../index.js';

/** `hjb-lr import`: logs of another trainer -> training logs. */
export async function importStage(options: ImportStageOptions) {
  const { files, out, reader, rateIs, firstRate, until, seeds } = options;
  const logs = await importLogs(files, {
    ...{ out, reader, rateIs, seeds },
    ...(firstRate === undefined ? {} : { firstRate }),
    ...(until === undefined ? {} : { until }),
    columns: columnMap(options.columns),
    rowsAre: rowsAre(options.rowsAre),
    rates: options.rates === undefined ? undefined : await readRates(options.rates),
    facts: await factsOf(options),
  });
  const identified = identifiedBy(logs);
  return {
    artifacts: logs.map(({ file }) => file),
    summary: [...logs.flatMap(describe), ...identified],
    result: { logs: logs.map(record), identified },
  };
}

async function factsOf({ batchSize, attack, optimizer, horizon }: ImportStageOptions): Promise<RunFacts> {
  return {
    ...(batchSize === undefined ? {} : { batch_size: batchSize }),
    ...(attack === undefined ? {} : { attack: await readAttack(attack) }),
    ...(optimizer === undefined ? {} : { optimizer: parseOptimizer(optimizer) }),
    ...(horizon === undefined ? {} : { horizon }),
  };
}

/** `update=step,lr=learning_rate` as a map. */
function columnMap(text: string | undefined): ColumnMap {
  if (text === undefined) return {};
  const pairs = text.split(',').map((part) => /^\s*(\w+)\s*=\s*(.+?)\s*$/.exec(part));
  if (pairs.every((pair) => pair !== null)) return Object.fromEntries(pairs.map((pair) => [pair![1], pair![2]]));
  throw new HjbLrError('E_USAGE', `"${text}" is no map of columns.`, {
    remedy: 'Write OURS=THEIRS apart by commas: --columns "update=step,lr=learning_rate,train_loss=loss".',
  });
}

function rowsAre(text: string | undefined): 'updates' | undefined {
  if (text === undefined || text === 'updates') return text;
  throw new HjbLrError('E_USAGE', `--rows-are ${text}: rows can be "updates".`, {
    remedy: 'Leave it out where the log has a column of updates.',
  });
}

/** The last number of every line of a table. */
async function readRates(file: string): Promise<number[]> {
  const rows = parseCsv(utf8Of(await readBytes(file, 'Check the path of --rates.')), file);
  const cells = rows.map(({ cells }) => cells.at(-1)!);
  const rates = (cells.length > 0 && !isNumber(cells[0]) ? cells.slice(1) : cells).map(Number);
  if (rates.length > 0 && rates.every((rate) => rate >= 0)) return rates;
  throw dataError(file, 'is no list of rates', 'Write one rate >= 0 in each line, or a table of update,lr.');
}

function describe({ source, file, header, steps, end, notes }: Imported): string[] {
  const rates = steps.map(({ lr }) => lr);
  const [low, high] = [rates.reduce((a, b) => Math.min(a, b)), rates.reduce((a, b) => Math.max(a, b))];
  const range = low === high ? `rate ${low}` : `rates ${low} to ${high}`;
  const state = end.status === 'completed' ? '' : `, ${end.status}`;
  return [
    `${source} (${header.engine}): ${steps.length} updates, ${range}${state} -> ${file}`,
    ...notes.map((note) => `  ${note}`),
  ];
}

function record({ source, file, header, steps, end, notes }: Imported) {
  return { source, file, engine: header.engine, updates: steps.length, status: end.status, notes: [...notes] };
}
