import type { Issue } from '../../errors.js';
import { utf8Of } from '../../formats/bytes.js';
import { parseJsonLine } from '../../formats/jsonl.js';
import { dataError } from '../../formats/problem.js';
import { namedColumns } from '../column-names.js';
import type { Cell, LogFile, LogReader } from '../log-reader.js';

type Lists = Readonly<Record<string, readonly unknown[]>>;

/** One JSON object of lists of equal length: the history of torch-lr-finder, or `History.history` of Keras. */
export const jsonColumnsReader: LogReader = {
  name: 'json',
  describe: () =>
    'One JSON object of lists of equal length, such as the history {"lr": [...], "loss": [...]} of torch-lr-finder.',
  recognises: (log) => listsOf(log) !== undefined,
  read: (log, options) => {
    const lists = listsOf(log) ?? {};
    const isFinder = Object.keys(lists).sort().join() === 'loss,lr';
    const n = Object.values(lists)[0]?.length ?? 0;
    const issues: Issue[] = Object.entries(lists).flatMap(([name, values]) =>
      values.length === n ? [] : [{ path: name, message: `has ${values.length} values, the first list ${n}` }],
    );
    if (issues.length > 0) throw dataError(log.file, 'its lists differ in length', 'Give them one length.', issues);
    const numeric = Object.keys(lists).filter((name) => lists[name].every((value) => cellOf(value) !== undefined));
    const { names, notes } = namedColumns(numeric, options, log.file);
    const columns = [...names].map(([ours, name]) => [ours, lists[name].map((value) => cellOf(value)!)] as const);
    // torch-lr-finder has one entry for every update.
    const update: Record<string, Cell[]> = isFinder ? { update: lists['lr'].map((_, k) => k) } : {};
    return {
      trainer: isFinder ? 'torch-lr-finder' : 'json',
      facts: {},
      columns: { ...update, ...Object.fromEntries(columns) },
      notes,
      place: (row): string => `entry ${row}`,
      ...(isFinder ? { averaged: 'torch-lr-finder smooths its losses unless range_test has smooth_f=0' } : {}),
    };
  },
};

function listsOf({ bytes }: LogFile): Lists | undefined {
  if (!/^\s*\{/.test(new TextDecoder().decode(utf8Of(bytes.subarray(0, 100))))) return undefined;
  try {
    const value = parseJsonLine(new TextDecoder().decode(utf8Of(bytes)), '', 0);
    const lists = Object.values(value as object);
    return lists.length > 0 && lists.every(Array.isArray) ? (value as Lists) : undefined;
  } catch {
    return undefined;
  }
}

function cellOf(value: unknown): Cell | undefined {
  if (value === null || typeof value === 'number') return value;
  if (value === 'nan') return NaN;
  if (value === 'inf' || value === '-inf') return value === 'inf' ? Infinity : -Infinity;
  return undefined;
}
