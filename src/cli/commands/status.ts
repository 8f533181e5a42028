import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ManifestProgress } from '../../execution/engines/progress.js';
import type { Ledger } from '../../execution/ledger.js';
import { argument } from '../../execution/stage-options.js';
import { asJson } from '../../json.js';
import { defineCommand } from '../command.js';
import { commandLineOf } from '../shell.js';

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
  /** Files that are not as they were written. */
  readonly damaged: readonly string[];
  readonly finished: number;
  readonly underWay: readonly UnderWay[];
}

export const status = defineCommand({
  description: 'what a run folder holds, what is missing, and the next command',
  input: { folder: argument('<folder>', 'folder of a run') },
  options: {},
  examples: ['status runs/quickstart'],
  run: async ({ folder }) => {
    const { inTurn } = await import('../../in-turn.js');
    const runs = await inTurn(await ledgersIn(folder), (ledger) => progressOf(folder, ledger));
    const unfinished = runs.find(({ complete }) => !complete);
    const { manifestProgress } = await import('../../execution/engines/progress.js');
    const study = await manifestProgress(folder);
    return {
      artifacts: [],
      summary: [...runs.flatMap(describe), ...(study === null ? [] : describeStudy(study))],
      result: {
        complete: unfinished === undefined,
        runs: runs.map(documentOf),
        ...(study === null ? {} : { study: asJson(study) }),
      },
      ...(unfinished === undefined ? {} : { next: nextCommand(folder, unfinished) }),
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
  const { inTurn } = await import('../../in-turn.js');
  const { damagesOf } = await import('../../execution/digests.js');
  const parts = await expectedParts(folder, ledger);
  const present = await inTurn(parts, (entry) => isThere(path.join(folder, entry)));
  const damages = await damagesOf(folder, ledger);
  const gone = damages.filter(({ kind }) => kind === 'missing').map(({ file }) => file);
  const missing = [...new Set([...parts.filter((_, i) => !present[i]), ...gone])];
  const logs = (await trainingLogs(folder)).filter((file) => ledger.owns.some((entry) => covers(entry, file)));
  const underWay = await inTurn(logs.filter(isPartial), (file) => updatesDone(folder, file));
  const changed = damages.filter(({ kind }) => kind !== 'missing').map(({ file }) => file);
  const damaged = [...new Set([...changed, ...(await badResults(folder, parts))])];
  return {
    ledger,
    complete: missing.length === 0 && damaged.length === 0 && underWay.length === 0,
    done: parts.filter((_, i) => present[i]),
    missing,
    damaged,
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

interface Named {
  readonly methods?: readonly { readonly runs?: readonly { readonly log?: unknown }[] }[];
}

/** Logs of the runs that a benchmark's results name, as far as they can be read. */
async function loggedRuns(file: string): Promise<string[]> {
  const { readJson } = await import('../../filesystem.js');
  const { methods } = Object(await readJson(file).catch(() => null)) as Named;
  const runs = listOf(methods).flatMap((method) =>
    listOf((Object(method) as NonNullable<Named['methods']>[number]).runs),
  );
  return runs.map((run) => (Object(run) as { log?: unknown }).log).filter((log) => typeof log === 'string');
}

function listOf<Item>(value: readonly Item[] | undefined): readonly Item[] {
  return Array.isArray(value) ? value : [];
}

/** Results that are there and cannot be believed by themselves. */
async function badResults(folder: string, parts: readonly string[]): Promise<string[]> {
  const { readArtifact } = await import('../../artifacts/files.js');
  const file = path.join(folder, RESULTS);
  if (!parts.includes(RESULTS) || !(await isThere(file))) return [];
  const read = readArtifact('results', file).catch(() => readArtifact('study_results', file));
  return read.then(
    () => [],
    () => [RESULTS],
  );
}

function covers(entry: string, file: string): boolean {
  return entry.endsWith('/') ? file.startsWith(entry) : file === entry;
}

function describe({ ledger, complete, done, missing, damaged, finished, underWay }: Progress): string[] {
  return [
    `${ledger.command}, hjb-lr ${ledger.tool_version}: ${complete ? 'complete' : 'not complete'}`,
    `done: ${list(done)}`,
    `missing: ${list(missing)}`,
    ...(damaged.length === 0 ? [] : [`damaged: ${list(damaged)}`]),
    `training runs: ${finished} finished, ${underWay.length} under way`,
    ...underWay.map(({ file, updates, of }) => `  ${file}: ${updates} of ${of} updates`),
  ];
}

/** The tasks of a study, what of them failed, and what the cluster says of its jobs. */
function describeStudy({ tasks, done, failed, slurm }: ManifestProgress): string[] {
  const states = new Map<string, number>();
  for (const { state, reason } of slurm?.queue ?? []) {
    const words = state === 'PENDING' ? `pending (${reason})` : state.toLowerCase();
    states.set(words, (states.get(words) ?? 0) + 1);
  }
  const queue = [...states].map(([state, count]) => `${count} ${state}`).join(', ');
  return [
    `tasks: ${done} of ${tasks} done, ${failed.length} of them failed`,
    ...failed.map(({ label, message }) => `  ${label}: ${message}`),
    ...(slurm === null ? [] : [`in the queue: ${queue === '' ? 'nothing' : queue}`]),
    ...(slurm?.broken ?? []).flatMap(({ id, state, reason, log, lines }) => [
      `job ${id} ended: ${state.toLowerCase()} (${reason})${log === null ? '' : `, ${log}:`}`,
      ...lines.map((line) => `    ${line}`),
    ]),
  ];
}

function documentOf({ ledger, complete, done, missing, damaged, finished, underWay }: Progress) {
  const { command, tool_version, command_line } = ledger;
  const under_way = underWay.map((log) => ({ ...log }));
  const files = { done: [...done], missing: [...missing], damaged: [...damaged] };
  return { command, tool_version, command_line, complete, ...files, finished, under_way };
}

function nextCommand(folder: string, { ledger, damaged }: Progress): string {
  const { command, command_line } = ledger;
  if (damaged.length > 0) return commandLineOf('repair', folder);
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

/** How far a partial log is: its last line may be torn, and what is no row counts for nothing. */
async function updatesDone(folder: string, file: string): Promise<UnderWay> {
  const { partialHeader } = await import('../../artifacts/log-file.js');
  const { lineBatches } = await import('../../formats/lines.js');
  const target = path.join(folder, file);
  const header = await partialHeader(target);
  let updates = 0;
  for await (const batch of lineBatches(target))
    updates += batch.filter((line) => line.isWhole && isStep(line.text)).length;
  return { file, updates, of: typeof header?.updates === 'number' ? header.updates : 0 };
}

function isStep(text: string): boolean {
  return text.startsWith('{"type":"step",');
}
