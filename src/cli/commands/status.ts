import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import type { CommandResult } from '../stages.js';

export const configure = (command: Command): Command =>
  command
    .description('what a run folder holds, what is missing, and the next command')
    .argument('<folder>', 'folder of a run');

/** A training run that is not finished. */
interface UnderWay {
  readonly file: string;
  readonly updates: number;
  readonly of: number;
}

export async function run(folder: string): Promise<CommandResult> {
  const { readLedger } = await import('../../execution/ledger.js');
  const ledger = await readLedger(folder);
  const present = await Promise.all(ledger.owns.map((entry) => isThere(path.join(folder, entry))));
  const done = ledger.owns.filter((_, i) => present[i]);
  const missing = ledger.owns.filter((_, i) => !present[i]);
  const logs = await trainingLogs(folder);
  const finished = logs.length - logs.filter(isPartial).length;
  const underWay = await Promise.all(logs.filter(isPartial).map((file) => updatesDone(folder, file)));
  const complete = missing.length === 0 && underWay.length === 0;
  const { command, tool_version, command_line } = ledger;
  return {
    artifacts: [],
    summary: [
      `${command}, hjb-lr ${tool_version}: ${complete ? 'complete' : 'not complete'}`,
      `done: ${list(done)}`,
      `missing: ${list(missing)}`,
      `training runs: ${finished} finished, ${underWay.length} under way`,
      ...underWay.map(({ file, updates, of }) => `  ${file}: ${updates} of ${of} updates`),
    ],
    result: {
      command,
      tool_version,
      command_line,
      complete,
      done,
      missing,
      finished,
      under_way: underWay.map((log) => ({ ...log })),
    },
    ...(complete ? {} : { next: command_line ?? `hjb-lr ${command} ... --out ${folder}, as before: it resumes` }),
  };
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.join(', ');
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
