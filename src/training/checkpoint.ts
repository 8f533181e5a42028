import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { readJson, writeFileAtomic } from '../artifacts/files.js';
import { artifactSha256 } from '../artifacts/hash.js';
import type { LogHeader } from '../artifacts/training-log.js';
import type { RandomState } from '../math/random.js';
import type { Json } from '../schedules/schedule.js';
import type { ClipState } from './clip.js';
import type { OptimizerState } from './optimizers/index.js';

/** Everything a run needs to go on bit for bit: taken after `update` updates. */
export interface Checkpoint {
  readonly update: number;
  readonly gradientEvaluations: number;
  readonly optimizer: OptimizerState;
  readonly schedule: Json;
  readonly clip: ClipState;
  readonly streams: Readonly<Record<string, RandomState>>;
}

/** Where the checkpoint of a log lies while the run is under way. */
export function checkpointPath(logPath: string): string {
  return logPath.replace(/\.jsonl$/, '.checkpoint.json');
}

/** Writes the checkpoint atomically, tied to the run by the hash of its header. */
export async function writeCheckpoint(logPath: string, header: LogHeader, checkpoint: Checkpoint): Promise<void> {
  const tensors = Object.entries(checkpoint.optimizer.tensors).map(([name, list]) => [name, list.map(encode)]);
  const optimizer = { numbers: checkpoint.optimizer.numbers, tensors: Object.fromEntries(tensors) as Record<string, string[]> };
  const body = { header_sha256: artifactSha256(header), ...checkpoint, optimizer };
  await writeFileAtomic(checkpointPath(logPath), JSON.stringify(body));
}

/** The checkpoint of this very run, or null if there is none or it belongs to another run. */
export async function readCheckpoint(logPath: string, header: LogHeader): Promise<Checkpoint | null> {
  const file = checkpointPath(logPath);
  if (!existsSync(file)) return null;
  const body = (await readJson(file)) as Checkpoint & { header_sha256: string; optimizer: { tensors: Record<string, string[]> } };
  if (body.header_sha256 !== artifactSha256(header)) return null;
  const tensors = Object.entries(body.optimizer.tensors).map(([name, list]) => [name, (list as unknown as string[]).map(decode)]);
  return { ...body, optimizer: { numbers: body.optimizer.numbers, tensors: Object.fromEntries(tensors) as OptimizerState['tensors'] } };
}

export async function removeCheckpoint(logPath: string): Promise<void> {
  await rm(checkpointPath(logPath), { force: true });
}

function encode(values: Float32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}

function decode(text: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);
}
