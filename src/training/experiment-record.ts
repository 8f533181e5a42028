import path from 'node:path';
import type { DataSpec, Experiment, ExperimentFile } from '../artifacts/experiment/experiment.js';
import { linesOf, parseArtifact, readText } from '../artifacts/files.js';
import { artifactSha256 } from '../artifacts/shared/hash.js';
import { HjbLrError, namingFile, namingLines, type Issue } from '../errors.js';
import { parseJson } from '../filesystem.js';
import { asJson, frozen } from '../json.js';
import { checkAttacks, createWorkload, examplesSha256, isImported, type Workload } from '../workloads/index.js';
import { withUpdates } from './run-length.js';

/**
 * An experiment as it was when a command began, as JSON. It is made once and handed to every task and worker, none of which
 * reads the file again: what happens to the file during a run does not matter.
 */
export interface ExperimentRecord {
  /** Every default filled in, frozen at every depth. */
  readonly experiment: Experiment;
  /** Where it was read, for messages alone. */
  readonly file: string;
  /** Absolute path of the folder at which relative paths of the experiment start. */
  readonly baseDirectory: string;
  /** Of the experiment. */
  readonly sha256: string;
  /** Of the examples that its workload gave. */
  readonly datasetSha256: string;
  /** Of the module that exports the workload and all that it imports; null for a workload that the experiment describes. */
  readonly moduleSha256: string | null;
  /** Of every file that the module imports, itself included; empty without a module. */
  readonly moduleFiles: Readonly<Record<string, string>>;
  /** Records of the same run under another Node that it goes on with (`--allow-other-node`). */
  readonly continues: readonly string[];
  readonly node: string;
  readonly v8: string;
}

/** Workloads that this process has open, by the records that they belong to. */
const openWorkloads = new Map<string, Promise<Workload>>();

/**
 * Reads an experiment and opens its workload: the one place that does, at the door of a command.
 *
 * @throws what `readArtifact`, `createWorkload` and `checkAttacks` throw
 */
export async function resolveExperiment(file: string): Promise<ExperimentRecord> {
  const text = await readText(file);
  return namingLines(linesOf(text), () => resolveText(text, file));
}

async function resolveText(text: string, file: string): Promise<ExperimentRecord> {
  const parsed = parseArtifact('experiment', parseJson(text, file), file);
  const described = frozen(asJson(parsed) as unknown as ExperimentFile);
  const baseDirectory = path.dirname(path.resolve(file));
  const workload = await loadWorkload({ experiment: described, file, baseDirectory });
  const experiment = frozen(withUpdates(described, file, workload));
  const place = { experiment, file, baseDirectory };
  const record = frozen({ ...place, sha256: artifactSha256(experiment), ...identityOf(workload), continues: [] });
  openWorkloads.set(keyOf(record), Promise.resolve(workload));
  return record;
}

/**
 * The workload of a record, opened once in a process; after a failure it is tried again.
 *
 * @throws E_RUN_MISMATCH if its data or its module are no longer those of the record, naming the files and both hashes
 */
export function openWorkload(record: ExperimentRecord): Promise<Workload> {
  const key = keyOf(record);
  const found = openWorkloads.get(key);
  if (found !== undefined) return found;
  const opened = reopenWorkload(record);
  openWorkloads.set(key, opened);
  opened.catch(() => openWorkloads.delete(key));
  return opened;
}

async function reopenWorkload(record: ExperimentRecord): Promise<Workload> {
  const workload = await loadWorkload(record);
  const issues = changesOf(record, identityOf(workload));
  if (issues.length === 0) return workload;
  throw new HjbLrError('E_RUN_MISMATCH', `${record.file}: what this run is made from has changed since it began.`, {
    remedy: 'Put the files back as they were and run the same command again, or choose another folder (--out).',
    issues,
    fields: { file: record.file, files: workloadFiles(record) },
  });
}

/** What is no longer as the record says, with both values. */
function changesOf(record: ExperimentRecord, found: Identity): Issue[] {
  const files = workloadFiles(record).join(', ');
  const changed = changedFiles(record.moduleFiles, found.moduleFiles);
  const compared: readonly (readonly [field: Exclude<keyof Identity, 'moduleFiles'>, path: string, what: string])[] = [
    ['datasetSha256', 'workload.data', `SHA-256 of the data of ${files}`],
    [
      'moduleSha256',
      'workload',
      `SHA-256 of ${[files, ...changed.filter((name) => !files.endsWith(`/${name}`))].join(', ')}`,
    ],
    ['node', '', 'Node'],
    ['v8', '', 'V8'],
  ];
  return compared
    .filter(([field]) => record[field] !== found[field])
    .map(([field, at, what]) => ({
      path: at,
      message: `${what} was ${record[field]} when the run began, and is ${found[field]} now`,
    }));
}

/** Names of the files of a module that are others than they were. */
function changedFiles(before: Identity['moduleFiles'], now: Identity['moduleFiles']): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].filter((name) => before[name] !== now[name]);
}

type Place = Pick<ExperimentRecord, 'file' | 'baseDirectory'> & { readonly experiment: ExperimentFile };

async function loadWorkload({ experiment, file, baseDirectory }: Place): Promise<Workload> {
  const workload = await namingFile(file, () => createWorkload(experiment.workload, baseDirectory));
  checkAttacks(file, experiment, workload);
  return workload;
}

type Identity = Pick<ExperimentRecord, 'datasetSha256' | 'moduleSha256' | 'moduleFiles' | 'node' | 'v8'>;

function identityOf(workload: Workload): Identity {
  return {
    // A module names its data as it likes: their bytes are what is hashed.
    datasetSha256: isImported(workload) ? examplesSha256(workload.dataset) : workload.dataset.sha256,
    moduleSha256: isImported(workload) ? workload.module.sha256 : null,
    moduleFiles: isImported(workload) ? workload.module.files : {},
    node: process.version,
    v8: process.versions.v8,
  };
}

/** Absolute paths of the module, or of the data. */
function workloadFiles({ experiment: { workload }, baseDirectory }: ExperimentRecord): string[] {
  const files = typeof workload === 'string' ? [workload] : dataFiles(workload.data);
  return files.map((file) => path.resolve(baseDirectory, file));
}

function dataFiles(data: DataSpec): string[] {
  switch (data.format) {
    case 'builtin':
      return [];
    case 'idx':
      return [data.images, data.labels, ...(data.test === undefined ? [] : [data.test.images, data.test.labels])];
    default:
      return [data.path];
  }
}

function keyOf({ baseDirectory, file, sha256, datasetSha256, moduleSha256 }: ExperimentRecord): string {
  return JSON.stringify([baseDirectory, file, sha256, datasetSha256, moduleSha256]);
}
