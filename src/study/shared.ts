import path from 'node:path';
import type { BenchmarkStudy } from '../artifacts/study/study.js';
import type { EngineInfo } from '../artifacts/training-log/training-log.js';
import { frozen, type Json } from '../json.js';
import type { EngineChoice } from '../training/engines/index.js';
import type { ExperimentRecord } from '../training/experiment-record.js';

/** What all tasks of a study share: names in the inputs of tasks are explained here. */
export interface StudyShared {
  readonly engine: EngineChoice;
  readonly engineInfo: EngineInfo;
  readonly figure: BenchmarkStudy['figure'];
  readonly curve: BenchmarkStudy['curve'];
  readonly scoring: BenchmarkStudy['scoring'];
  /** Records by `WORKLOAD@BUDGET`, whose base directories are relative to the folder of the manifest. */
  readonly records: Readonly<Record<string, ExperimentRecord>>;
}

/** The record of that name as this process opens it. */
export function recordOf(shared: Json, name: string, folder: string): ExperimentRecord {
  const record = (shared as unknown as StudyShared).records[name];
  return frozen({ ...record, baseDirectory: path.resolve(folder, record.baseDirectory) });
}
