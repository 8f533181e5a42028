import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Ledger } from '../../execution/ledger.js';
import { argument } from '../../execution/stage-options.js';
import { defineCommand } from '../command.js';

/** Names that a line lists. */
const MOST_NAMES = 6;

const RESULTS = 'results.json';

/** A training run that is not finished. */
interface UnderWay {
  readonly file: string;
  readonly updates: number;
  readonly of: number;
}

/** How far one recorded run is. */
interface Progress {
  readonly ledger: Ledger;
  readonly complete: boolean;
  readonly done: readonly string[];
  readonly missing: readonly string[];
  readonly finished: number;
  readonly underWay: readonly UnderWay[];
}

export const status = defineCommand({
  description: 'what a run folder holds, what is missing, and the next command',
  input: { folder: argument('<folder>', 'folder of a run') },
  options: {},
  run: async ({ folder }) => {
    const runs = await Promise.all((await ledgersIn(folder)).map((ledger) => progressOf(folder, ledger)));
    const unfinished = runs.find(({ complete }) => !complete);
    return {
      artifacts: [],
      summary: runs.flatMap(describe),
      result: { complete: unfinished === undefined, runs: runs.map(documentOf) },
      ...(unfinished === undefined ? {} : { next: nextCommand(folder, unfinished.ledger) }),
    };
  },
});

/** The records of a folder. @throws E_NOT_FOUND without one */
async function ledgersIn(folder: string): Promise<Ledger[]> {
  const { ledgerNames, readLedger, LEDGER_FILE } = await import('../../execution/ledger.js');
  const names = await ledgerNames(folder);
  return Promise.all((names.length === 0 ? [LEDGER_FILE] : names).map((name) => readLedger(folder, name)));
}

async function progressOf(folder: string, ledger: Ledger): Promise<Progress> {
  const parts = await expectedParts(folder, ledger);
  const present = await Promise.all(parts.map((entry) => isThere(path.join(folder, entry))));
  const missing = parts.filter((_, i) => !present[i]);
  const logs = (await trainingLogs(folder)).filter((file) => ledger.owns.some((entry) => covers(entry, file)));
  const underWay = await Promise.all(logs.filter(isPartial).map((file) => updatesDone(folder, file)));
  return {
    ledger,
    complete: missing.length === 0 && underWay.length === 0,
    done: parts.filter((_, i) => present[i]),
    missing,
    finished: logs.length - underWay.length,
    underWay,
  };
}

/** The files that the record expects, or else what it owns, with the logs that its results name. */
async function expectedParts(folder: string, { expects, owns }: Ledger): Promise<string[]> {
  const parts = expects.length > 0 ? expects : owns;
  const logs = parts.includes(RESULTS) ? await loggedRuns(path.join(folder, RESULTS)) : [];
  return [...parts, ...logs];
}

/** Logs of the runs that a benchmark's results are made of; none while there are no results. */
async function loggedRuns(file: string): Promise<string[]> {
  if (!(await isThere(file))) return [];
  const { methods } = JSON.parse(await readFile(file, 'utf8')) as { methods: { runs: { log: string }[] }[] };
  return methods.flatMap(({ runs }) => runs.map(({ log }) => log));
}

function covers(entry: string, file: string): boolean {
  return entry.endsWith('/') ? file.startsWith(entry) : file === entry;
}

function describe({ ledger, complete, done, missing, finished, underWay }: Progress): string[] {
  return [
    `${ledger.command}, hjb-lr ${ledger.tool_version}: ${complete ? 'complete' : 'not complete'}`,
    `done: ${list(done)}`,
    `missing: ${list(missing)}`,
    `training runs: ${finished} finished, ${underWay.length} under way`,
    ...underWay.map(({ file, updates, of }) => `  ${file}: ${updates} of ${of} updates`),
  ];
}

function documentOf({ ledger, complete, done, missing, finished, underWay }: Progress) {
  const { command, tool_version, command_line } = ledger;
  const under_way = underWay.map((log) => ({ ...log }));
  return { command, tool_version, command_line, complete, done: [...done], missing: [...missing], finished, under_way };
}

function nextCommand(folder: string, { command, command_line }: Ledger): string {
  return command_line ?? `hjb-lr ${command} ... --out ${folder}, as before: it resumes`;
}

function list(names: readonly string[]): string {
  if (names.length === 0) return 'nothing';
  const more = names.length - MOST_NAMES;
  return more > 0 ? `${names.slice(0, MOST_NAMES).join(', ')} and ${more} more` : names.join(', ');
}

async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

async function trainingLogs(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => name.endsWith('.jsonl')).sort();
}

function isPartial(file: string): boolean {
  return file.endsWith('.partial.jsonl');
}

/** How far a partial log is: its last whole row may be any, and its last line torn. */
async function updatesDone(folder: string, file: string): Promise<UnderWay> {
  const [header, ...rows] = (await readFile(path.join(folder, file), 'utf8')).split('\n').slice(0, -1);
  const { updates: of } = JSON.parse(header ?? '{"updates":0}') as { updates: number };
  const updates = rows.filter((row) => (JSON.parse(row) as { type: string }).type === 'step').length;
  return { file, updates, of };
}
