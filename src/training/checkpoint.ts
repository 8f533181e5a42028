import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { readJson, writeFileAtomic } from '../artifacts/files.js';
import { artifactSha256 } from '../artifacts/hash.js';
import type { LogHeader } from '../artifacts/training-log.js';
import type { RandomState } from '../math/random.js';
import type { Json } from '../schedules/schedule.js';
import type { ClipState } from './clip.js';
import type { OptimizerState } from './optimizers/index.js';
import type { RuleState } from './updates/index.js';

/** Everything that a run needs to go on bit for bit, taken after `update` updates. */
export interface Checkpoint {
  readonly update: number;
  readonly gradientEvaluations: number;
  readonly exampleGradients: number;
  readonly optimizer: OptimizerState;
  readonly schedule: Json;
  readonly clip: ClipState;
  readonly streams: Readonly<Record<string, RandomState>>;
  /** What the update rule carries; null where it carries nothing. */
  readonly rule: RuleState | null;
  /** Running statistics of a model that has them. */
  readonly statistics?: Float32Array;
  /** Seconds spent so far: the one field that may differ between equal runs. */
  readonly seconds: number;
}

/** The same as JSON: arrays as base64 of their little-endian float32 bytes. */
interface StoredCheckpoint extends Omit<Checkpoint, 'optimizer' | 'rule' | 'statistics'> {
  readonly header_sha256: string;
  readonly rule: Readonly<Record<string, string>> | null;
  readonly statistics?: string;
  readonly optimizer: {
    readonly numbers: Readonly<Record<string, number>>;
    readonly arrays: Readonly<Record<string, string>>;
  };
}

/** Where the checkpoint of a log lies while the run is under way. */
export function checkpointPath(log: string): string {
  return log.replace(/\.jsonl$/, '.checkpoint.json');
}

/** Writes the checkpoint atomically, tied to its run by the hash of the log's header. */
export async function writeCheckpoint(log: string, header: LogHeader, checkpoint: Checkpoint): Promise<void> {
  const { optimizer, rule, statistics, ...rest } = checkpoint;
  const { numbers, arrays } = optimizer;
  const stored: StoredCheckpoint = {
    header_sha256: artifactSha256(header),
    ...rest,
    optimizer: { numbers, arrays: mapValues(arrays, encode) },
    rule: rule === null ? null : mapValues(rule, encode),
    ...(statistics === undefined ? {} : { statistics: encode(statistics) }),
  };
  await writeFileAtomic(checkpointPath(log), JSON.stringify(stored));
}

/** The checkpoint of this very run, or null if there is none or it belongs to another one. */
export async function readCheckpoint(log: string, header: LogHeader): Promise<Checkpoint | null> {
  const file = checkpointPath(log);
  if (!existsSync(file)) return null;
  const { header_sha256, optimizer, rule, statistics, ...rest } = (await readJson(file)) as StoredCheckpoint;
  if (header_sha256 !== artifactSha256(header)) return null;
  return {
    ...rest,
    optimizer: { numbers: optimizer.numbers, arrays: mapValues(optimizer.arrays, decode) },
    rule: rule === null ? null : mapValues(rule, decode),
    ...(statistics === undefined ? {} : { statistics: decode(statistics) }),
  };
}

export async function removeCheckpoint(log: string): Promise<void> {
  await rm(checkpointPath(log), { force: true });
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}

function encode(values: Float32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}

function decode(text: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);
}
