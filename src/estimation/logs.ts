import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { readTrainingLog } from '../artifacts/log-file.js';
import type { TrainingLog } from '../artifacts/training-log/training-log.js';
import { HjbLrError } from '../errors.js';
import { STANDARD_INPUT } from '../filesystem.js';

/**
 * A training log.
 * @throws what `readTrainingLog` throws; E_KIND for the log of another trainer that `hjb-lr import` reads
 */
export async function readLog(file: string): Promise<TrainingLog> {
  try {
    return await readTrainingLog(file);
  } catch (error) {
    throw (await foreignLog(file)) ?? error;
  }
}

/** The error for a file or folder that another trainer wrote; null for any other. */
async function foreignLog(file: string): Promise<HjbLrError | null> {
  const { recognise } = await import('../import/index.js');
  const reader = await recognise(file);
  if (reader === undefined) return null;
  return new HjbLrError('E_KIND', `${file} is the log of another trainer, not a training log of ours.`, {
    remedy: `Import it first: hjb-lr import ${file} --out FOLDER; it is read as: ${reader.describe()}`,
    fields: { file, reader: reader.name },
  });
}

/**
 * The training logs that are named, and those in the folders that are.
 * @throws E_NOT_FOUND; E_PILOT where there are none; E_KIND where there are those of another trainer
 */
export async function logFiles(trajectories: readonly string[]): Promise<string[]> {
  const files = (await Promise.all(trajectories.map(logFilesOf))).flat();
  if (files.length > 0) return files;
  for (const folder of trajectories) {
    const inside = (await readdir(folder)).sort().map((name) => path.join(folder, name));
    for (const file of [folder, ...inside]) {
      const foreign = await foreignLog(file);
      if (foreign !== null) throw foreign;
    }
  }
  throw new HjbLrError('E_PILOT', `No training log (*.jsonl) in ${trajectories.join(', ')}.`, {
    remedy: 'Give the files, or the folder, that `hjb-lr pilot` or `hjb-lr import` wrote.',
    fields: { trajectories },
  });
}

async function logFilesOf(entry: string): Promise<string[]> {
  if (entry === STANDARD_INPUT) return [entry];
  const status = await stat(entry).catch((cause: unknown) => {
    throw new HjbLrError('E_NOT_FOUND', `No file or folder at ${entry}.`, {
      remedy: 'Check the path.',
      fields: { path: entry },
      cause,
    });
  });
  if (!status.isDirectory()) return [entry];
  const names = (await readdir(entry)).filter((name) => name.endsWith('.jsonl') && !name.endsWith('.partial.jsonl'));
  return names.sort().map((name) => path.join(entry, name));
}
