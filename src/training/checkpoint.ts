import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { readJson, writeFileAtomic } from '../artifacts/files.js';
import { REPAIR_RUN, requireSameHeader } from '../artifacts/log-file.js';
import { artifactSha256 } from '../artifacts/shared/hash.js';
import { logNumber, numberOf, type LogNumber } from '../artifacts/shared/log-number.js';
import type { LogHeader } from '../artifacts/training-log/training-log.js';
import { HjbLrError } from '../errors.js';
import type { RandomState } from '../math/random.js';
import type { ClippedState, Observation } from '../schedules/index.js';
import type { KeptState, RecoveryState } from './recovery.js';
import { copyKept, removeKept, type KeptFile } from './kept/file.js';
import type { OptimizerState } from './optimizers/index.js';
import type { SavedWeights } from './saved-weights.js';
import type { BestLook, LooksState } from './stopping/looks.js';
import type { RuleState } from './updates/index.js';

/** Everything that a run needs to go on bit for bit, taken after `update` updates. */
export interface Checkpoint {
  /** Updates done: the data cursor too, since minibatches are drawn from a stream. */
  readonly update: number;
  /** Digest of the log's header and its rows so far: the checkpoint goes on from no others. */
  readonly log: string;
  readonly gradientEvaluations: number;
  /** Those of them that went into measurements. */
  readonly measurementEvaluations: number;
  readonly exampleGradients: number;
  /** The weights are among its arrays. */
  readonly optimizer: OptimizerState;
  /** The schedule's memory: a policy's filter and guards, and the clip's. */
  readonly schedule: ClippedState;
  /** What was measured last, for the decision of the next update. */
  readonly observation: Observation;
  /** Training examples drawn so far. */
  readonly examples: number;
  readonly streams: Readonly<Record<string, RandomState>>;
  /** What the update rule carries; null where it carries nothing. */
  readonly rule: RuleState | null;
  /** Running statistics of a model that has them. */
  readonly statistics?: Float32Array;
  /** Of a run that goes back to earlier weights where it collapses, and why it has before this update. */
  readonly recovery?: RecoveryState;
  readonly rolledBack?: string | null;
  /** Where the perturbations are that training examples keep; null where they keep none. */
  readonly perturbations: KeptFile | null;
  /** Of a run that looks at its held-out loss. */
  readonly looks?: LooksState;
  /** Seconds spent so far: the one field that may differ between equal runs. */
  readonly seconds: number;
}

/** An observation as JSON holds it. */
type StoredObservation = Readonly<Record<string, { readonly value: LogNumber; readonly update: number }>>;

/** Grows with every change of what a checkpoint holds. */
const FORMAT = 5;

interface StoredOptimizer {
  readonly numbers: Readonly<Record<string, number>>;
  readonly arrays: Readonly<Record<string, string>>;
}

type StoredKept = Omit<KeptState, 'optimizer' | 'statistics'> & {
  readonly optimizer: StoredOptimizer;
  readonly statistics?: string;
};

type StoredRecovery = Omit<RecoveryState, 'kept' | 'candidate'> & {
  readonly kept: StoredKept;
  readonly candidate: StoredKept | null;
};

/** What looks remember, the weights of the best one as base64. */
type StoredLooks = Omit<LooksState, 'looks' | 'lossSum' | 'best'> & {
  readonly looks: readonly (readonly [number, LogNumber, LogNumber])[];
  readonly lossSum: LogNumber;
  readonly best:
    (Omit<BestLook, keyof SavedWeights> & { readonly weights: string; readonly statistics?: string }) | null;
};

/** The same as JSON: arrays as base64 of their little-endian float32 bytes. */
interface StoredCheckpoint {
  readonly kind: 'checkpoint';
  readonly format: typeof FORMAT;
  /** Of the log that it belongs to: it names model, engine, kernel, version and everything else a run depends on. */
  readonly header: LogHeader;
  readonly state: Omit<Checkpoint, 'optimizer' | 'rule' | 'statistics' | 'observation' | 'recovery' | 'looks'> & {
    readonly observation: StoredObservation;
    readonly optimizer: StoredOptimizer;
    readonly recovery?: StoredRecovery;
    readonly rule: Readonly<Record<string, string>> | null;
    readonly statistics?: string;
    readonly looks?: StoredLooks;
  };
  /** Of all the rest, the clock fields of header and state aside. */
  readonly sha256: string;
}

/** Where the checkpoint of a log lies while the run is under way. */
export function checkpointPath(log: string): string {
  return log.replace(/\.jsonl$/, '.checkpoint.json');
}

/** The name under which a log's checkpoint lies from which other runs fork, as if it were a log of its own. */
export function forkPointLog(log: string): string {
  return log.replace(/\.jsonl$/, '.fork.jsonl');
}

/** Writes the checkpoint atomically, tied to its run by the log's header. */
export async function writeCheckpoint(log: string, header: LogHeader, checkpoint: Checkpoint): Promise<void> {
  const { optimizer, rule, statistics, observation, recovery, looks, ...rest } = checkpoint;
  const state: StoredCheckpoint['state'] = {
    ...rest,
    observation: mapValues(observation.metrics, ({ value, update }) => ({ value: logNumber(value), update })),
    optimizer: storedOptimizer(optimizer),
    ...(recovery === undefined ? {} : { recovery: mapKept(recovery, storedKept) }),
    rule: rule === null ? null : mapValues(rule, encode),
    ...withStatistics(statistics, encode),
    ...(looks === undefined ? {} : { looks: storedLooks(looks) }),
  };
  await writeStored(log, { kind: 'checkpoint', format: FORMAT, header, state });
}

type Unsigned = Omit<StoredCheckpoint, 'sha256'>;

async function writeStored(log: string, stored: Unsigned): Promise<void> {
  await writeFileAtomic(checkpointPath(log), JSON.stringify({ ...stored, sha256: digestOf(stored) }));
}

function digestOf({ kind, format, header, state }: Unsigned): string {
  return artifactSha256([kind, format, artifactSha256(header ?? null), artifactSha256(state ?? null)]);
}

/**
 * Hands the checkpoint at which a run was forked to a run that goes on from there: the same state, under its own header.
 * @param digest - of the log that goes on, up to there
 * @throws E_DAMAGED if a file is damaged
 */
export async function copyForkPoint(from: string, log: string, header: LogHeader, digest: string): Promise<void> {
  const stored = await readStored(checkpointPath(forkPointLog(from)));
  const { perturbations } = stored.state;
  const kept = perturbations === null ? null : await copyKept(forkPointLog(from), log, perturbations);
  await writeStored(log, { ...stored, header, state: { ...stored.state, log: digest, perturbations: kept } });
}

/**
 * What a checkpoint file says of itself, believed: its log's header, the digest of the rows it goes on from, and the file beside it.
 * @throws E_DAMAGED, E_VERSION
 */
export async function readCheckpointFacts(file: string): Promise<Pick<StoredCheckpoint, 'header'> & CheckpointFacts> {
  const { header, state } = await readStored(file);
  return { header, update: state.update, log: state.log, perturbations: state.perturbations };
}

type CheckpointFacts = Pick<Checkpoint, 'update' | 'log' | 'perturbations'>;

/** @throws E_DAMAGED for a file that is not as it was written, E_VERSION for one of another form */
async function readStored(file: string): Promise<StoredCheckpoint> {
  const stored = await readJson(file).then(
    (value) => Object(value) as StoredCheckpoint,
    (cause: unknown) => {
      throw damaged(file, (cause as Error).message, cause);
    },
  );
  const isWritten = stored.kind === 'checkpoint' && stored.sha256 === digestOf(stored);
  if (stored.kind === 'checkpoint' && stored.format !== FORMAT && Number.isInteger(stored.format))
    throw otherFormat(file, stored.format);
  if (!isWritten) throw damaged(file, 'its hash is not that of its content');
  return stored;
}

/**
 * The checkpoint of this very run, or null if there is none.
 * @param continues - records of the same run under another Node
 * @throws E_DAMAGED if the file is damaged; E_VERSION if another release wrote it in another form; E_RUN_MISMATCH
 * naming every field that differs, such as the engine, its kernel or the model, if it is another run's
 */
export async function readCheckpoint(
  log: string,
  header: LogHeader,
  continues: readonly string[] = [],
): Promise<Checkpoint | null> {
  const file = checkpointPath(log);
  if (!existsSync(file)) return null;
  const stored = await readStored(file);
  requireSameHeader(file, stored.header, header, continues);
  const { optimizer, rule, statistics, observation, recovery, looks, ...rest } = stored.state;
  return {
    ...rest,
    observation: { metrics: mapValues(observation, ({ value, update }) => ({ value: numberOf(value), update })) },
    optimizer: optimizerOf(optimizer),
    ...(recovery === undefined ? {} : { recovery: mapKept(recovery, keptOf) }),
    rule: rule === null ? null : mapValues(rule, decode),
    ...withStatistics(statistics, decode),
    ...(looks === undefined ? {} : { looks: restoredLooks(looks) }),
  };
}

function storedOptimizer({ numbers, arrays }: OptimizerState): StoredOptimizer {
  return { numbers, arrays: mapValues(arrays, encode) };
}

function optimizerOf({ numbers, arrays }: StoredOptimizer): OptimizerState {
  return { numbers, arrays: mapValues(arrays, decode) };
}

function mapKept<From, To, Rest>(
  { kept, candidate, ...rest }: Rest & { readonly kept: From; readonly candidate: From | null },
  map: (state: From) => To,
) {
  return { ...rest, kept: map(kept), candidate: candidate === null ? null : map(candidate) };
}

function storedKept({ optimizer, statistics, ...rest }: KeptState): StoredKept {
  return { ...rest, optimizer: storedOptimizer(optimizer), ...withStatistics(statistics, encode) };
}

function keptOf({ optimizer, statistics, ...rest }: StoredKept): KeptState {
  return { ...rest, optimizer: optimizerOf(optimizer), ...withStatistics(statistics, decode) };
}

export async function removeCheckpoint(log: string): Promise<void> {
  await rm(checkpointPath(log), { force: true });
  await removeKept(log);
}

function damaged(file: string, reason: string, cause?: unknown): HjbLrError {
  return new HjbLrError('E_DAMAGED', `The checkpoint ${file} is damaged: ${reason}.`, {
    remedy: REPAIR_RUN,
    fields: { file },
    cause,
  });
}

function otherFormat(file: string, found: unknown): HjbLrError {
  return new HjbLrError(
    'E_VERSION',
    `The checkpoint ${file} has format ${String(found)}; this release reads ${FORMAT}.`,
    {
      remedy: `Finish the run with the release that began it. ${REPAIR_RUN}`,
      fields: { file, found, supported: FORMAT },
    },
  );
}

function storedLooks({ looks, lossSum, lossCount, best }: LooksState): StoredLooks {
  const rest = {
    looks: looks.map((look) => [look.update, logNumber(look.trainingLoss), logNumber(look.heldOutLoss)] as const),
    lossSum: logNumber(lossSum),
    lossCount,
  };
  if (best === null) return { ...rest, best };
  const { weights, statistics, ...at } = best;
  return { ...rest, best: { ...at, weights: encode(weights), ...withStatistics(statistics, encode) } };
}

function restoredLooks({ looks, lossSum, lossCount, best }: StoredLooks): LooksState {
  const rest = {
    looks: looks.map(([update, trainingLoss, heldOutLoss]) => ({
      update,
      trainingLoss: numberOf(trainingLoss),
      heldOutLoss: numberOf(heldOutLoss),
    })),
    lossSum: numberOf(lossSum),
    lossCount,
  };
  if (best === null) return { ...rest, best };
  const { weights, statistics, ...at } = best;
  return { ...rest, best: { ...at, weights: decode(weights), ...withStatistics(statistics, decode) } };
}

/** The running statistics of a model that has them, on their way to a file or back. */
function withStatistics<From, To>(statistics: From | undefined, map: (values: From) => To): { statistics?: To } {
  return statistics === undefined ? {} : { statistics: map(statistics) };
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
