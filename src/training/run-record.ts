import { artifactSha256 } from '../artifacts/shared/hash.js';
import { REPAIR_RUN } from '../artifacts/log-file.js';
import type { LogHeader } from '../artifacts/training-log/training-log.js';
import { HjbLrError } from '../errors.js';
import { TOOL_VERSION } from '../version.js';
import type { Engine } from './engines/engine.js';
import type { ExperimentRecord } from './experiment-record.js';

/** The address of everything that a run is made from, as every log's header names it. */
export type RunRecord = NonNullable<LogHeader['record']>;

/**
 * The record of a run: SHA-256 over the experiment with every default, its data, its module with all that it imports, the engine and its
 * build, this release, Node and V8.
 */
export function runRecord(record: ExperimentRecord, { info, build }: Pick<Engine, 'info' | 'build'>): RunRecord {
  const { sha256: experiment, datasetSha256: data, moduleSha256: module, node, v8 } = record;
  const parts = { experiment, data, module, engine: info, build, tool_version: TOOL_VERSION, node, v8 };
  return { sha256: artifactSha256(parts), node, v8, build };
}

/** The addresses that logs of a folder may name: its own, and those of the same run under another Node. */
export function acceptedRecords(record: ExperimentRecord, engine: Pick<Engine, 'info' | 'build'>): readonly string[] {
  return [runRecord(record, engine).sha256, ...record.continues];
}

/** @throws E_RUN_MISMATCH for a log that was made from something else than the run that collects it */
export function requireRecord(file: string, { record }: LogHeader, accepted: readonly string[]): void {
  if (record !== undefined && accepted.includes(record.sha256)) return;
  throw new HjbLrError('E_RUN_MISMATCH', `${file} is not a log of this run: it was made from another record.`, {
    remedy: REPAIR_RUN,
    issues: [{ path: 'record.sha256', message: `expected ${accepted[0]}; got ${record?.sha256 ?? 'none'}` }],
    fields: { file, expected: accepted, found: record?.sha256 ?? null },
  });
}
