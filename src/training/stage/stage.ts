import path from 'node:path';
import { readArtifact } from '../../artifacts/files.js';
import type { Policy } from '../../artifacts/policy/policy.js';
import { sha256 } from '../../canonical-json.js';
import { canonicalJson } from '../../artifacts/shared/hash.js';
import { partialPath, readTrainingLog } from '../../artifacts/log-file.js';
import {
  gradientEvaluations,
  type LogEvaluation,
  type LogOutline,
  type TrainingLog,
} from '../../artifacts/training-log/training-log.js';
import { HjbLrError, namingFile } from '../../errors.js';
import { makeFolder } from '../../filesystem.js';
import { recordFiles } from '../../execution/digests.js';
import { openRunFolder, type RunFolderOptions } from '../../execution/run-folder.js';
import { prettyJson } from '../../formats/pretty-json.js';
import { writeFileAtomic } from '../../artifacts/files.js';
import { parseSchedule, type ParsedSchedule, type RecommendedRequest, type Schedule } from '../../schedules/index.js';
import { checkpointPath } from '../checkpoint.js';
import type { TrainStageOptions } from './declaration.js';
import { modelKind, openEngine } from '../engines/index.js';
import { keptPaths } from '../kept/file.js';
import { methodFollowing, methodUnder, resolveMethod, type Method } from '../method.js';
import { partialMasking } from '../partial-masking.js';
import { mismatchError, policyMismatches } from '../policy-mismatch.js';
import { readingOf, type Reading } from '../reading.js';
import { weightsPath } from '../saved-weights.js';
import { recommend, wholeMethodTask, type Choice } from '../recommended/index.js';
import { resolveExperiment, openWorkload, type ExperimentRecord } from '../experiment-record.js';
import { dataNotes, isAdversarial } from '../../workloads/index.js';
import { openTraining, readingTask } from '../task.js';
import { trainToEnd } from '../train.js';
import type { TrainingRun } from '../training-run.js';
import type { TaskOutline } from '../training-task.js';

/**
 * `hjb-lr train`: real adversarial SGD under a policy or a baseline -> one training log. A schedule by name that waits for
 * a rate has its reading first, whose log lies beside the run's and serves every such schedule of the seed there.
 */
export async function trainStage(given: TrainStageOptions) {
  const record = await resolveExperiment(given.experimentPath);
  const options = { ...given, record };
  const { experiment } = record;
  await openEngine(options.engine, modelKind(experiment));
  const seed = options.seed ?? experiment.seeds[0];
  const { name, files = [], choices = [], ...chosen } = await chosenMethod(options, seed);
  const task = { runId: `train/${name}/${seed}`, purpose: 'train', seed, updates: experiment.horizon, ...chosen };
  const { log, file } = await trainInFolder(options, `${name}-seed-${seed}`, { ...task, evaluated: true });
  const scores = log.evaluations[log.evaluations.length - 1];
  return {
    artifacts: [...files, file, ...(log.end!.weights === undefined ? [] : [weightsPath(file)])],
    summary: [
      `${log.end!.status}; ${scoreWords(scores, isAdversarial(await openWorkload(record)))}`,
      ...dataNotes((await openWorkload(record)).dataset),
      ...(chosen.reading === undefined ? [] : [readingSentence(chosen.reading)]),
      ...choices.map(choiceLine),
      ...attackLines(scores),
      ...[...(scores.warnings ?? []), ...partialMasking(log.measurements)].map(
        ({ code, message }) => `warning: ${code}: ${message}`,
      ),
    ],
    result: {
      status: log.end!.status,
      ...scores,
      ...(choices.length === 0 ? {} : { choices: choices.map((choice) => ({ ...choice })) }),
      /** All that was spent, the reading included. */
      n_grad_evals: (chosen.reading?.n_grad_evals ?? 0) + gradientEvaluations(log),
    },
  };
}

/** The final loss and accuracy of a run. */
function scoreWords(scores: LogEvaluation, adversarial: boolean): string {
  if (!adversarial) return `final training loss ${scores.train_robust_loss}, test accuracy ${scores.test_acc}`;
  const attack = scores.attack === undefined ? '' : ` against ${scores.attack}`;
  return `final adversarial training loss ${scores.train_robust_loss}, robust test accuracy ${scores.test_robust_acc}${attack}`;
}

/** With the experiment as it was at the door. */
type ResolvedOptions = TrainStageOptions & { readonly record: ExperimentRecord };

/** What a run in a folder needs of them. */
type FolderOptions = Omit<ResolvedOptions, 'experimentPath' | 'policyPath' | 'schedule'>;

/** What each of several attacks has left. */
function attackLines({ test_attacks: attacks = [] }: LogEvaluation): string[] {
  return attacks.map(({ attack, robust_acc, worst_case_acc }) => {
    const alone = robust_acc === undefined ? '' : ` ${robust_acc} alone,`;
    return `  ${attack}:${alone} ${worst_case_acc} with those before it`;
  });
}

/** A run with its log and its record in the folder, under the schedule that is given or the one that its method names. */
export async function trainInFolder(
  options: FolderOptions,
  name: string,
  task: TaskOutline,
  schedule?: Schedule,
): Promise<{ log: LogOutline; file: string }> {
  const { record, engine, onProgress = () => {} } = options;
  const file = path.join(options.out, `${name}.jsonl`);
  const run = await openTraining({ record, engine, log: file, ...task }, schedule);
  const continues = await openTrainFolder(options, run);
  const report = (done: number): void => onProgress({ stage: task.purpose, done, total: task.updates });
  const saveWeights = task.evaluated && options.saveWeights === true;
  const log = await trainToEnd({ ...run, continues, saveWeights, onProgress: report });
  const weights = log.end!.weights === undefined ? [] : [weightsPath(file)];
  await recordFiles(options.out, [file, ...weights], ledgerName(file));
  return { log, file };
}

/** The record of a run that may share its folder with others. */
function ledgerName(log: string): string {
  return path.basename(log).replace(/jsonl$/, 'run.json');
}

function choiceLine({ choice, value, reason, evidence }: Choice): string {
  return `  ${choice}: ${value} (${reason}; ${evidence})`;
}

function readingSentence({ rate, updates, n_grad_evals }: Reading): string {
  return `reading ${rate.toPrecision(3)} after ${updates} updates, whose ${n_grad_evals} gradient evaluations are charged`;
}

/** One record for each method and seed, so that several may share a folder: all that the log's header says is an option. */
async function openTrainFolder(
  { out, fresh, allowOtherNode, commandLine }: FolderOptions,
  run: TrainingRun,
): Promise<readonly string[]> {
  const { header, log } = run;
  const name = path.basename(log);
  const { record, ...described } = header;
  const { node: _node, v8: _v8, sha256: _address, ...build } = record!;
  const { continues } = await openRunFolder(out, {
    command: 'train',
    options: JSON.parse(canonicalJson({ ...described, ...build })) as RunFolderOptions['options'],
    record: record!,
    allowOtherNode: allowOtherNode === true,
    fresh: fresh === true,
    owns: [log, partialPath(log), checkpointPath(log), ...keptPaths(log), weightsPath(log)].map((file) =>
      path.basename(file),
    ),
    expects: [name],
    ledger: ledgerName(log),
    commandLine,
  });
  return continues;
}

interface ChosenMethod {
  readonly name: string;
  readonly method: Method;
  /** The policy that the method follows, as it was read. */
  readonly policy?: Policy;
  readonly mismatches?: readonly string[];
  readonly reading?: Reading;
  /** Logs that the method was made from. */
  readonly files?: readonly string[];
  /** Of a method that has another length than the experiment. */
  readonly updates?: number;
  readonly horizon?: number;
  /** How the parts of a whole method were chosen. */
  readonly choices?: readonly Choice[];
}

/** The method that the command line asks for: a policy file brings its own clip, a baseline none unless named. */
async function chosenMethod(options: ResolvedOptions, seed: number): Promise<ChosenMethod> {
  const { policyPath, schedule } = options;
  if ((policyPath === undefined) === (schedule === undefined)) {
    throw new HjbLrError('E_USAGE', 'Give either a policy or a schedule.', {
      remedy: 'For example --policy policy.json, or --schedule wsd:peak=0.4,decay=0.2.',
    });
  }
  return policyPath === undefined ? scheduleMethod(options, schedule!, seed) : policyMethod(options, policyPath);
}

/** Letters of a schedule that a file name takes: with what is put before and behind them, names may have 255. */
const LONGEST_NAME = 96;

/** A schedule as a part of file names; a long one is cut, and told apart by the start of its SHA-256. */
function fileNameOf(schedule: string): string {
  const name = schedule.replace(/[^A-Za-z0-9.=_-]+/g, '_');
  if (name.length <= LONGEST_NAME) return name;
  return `${name.slice(0, LONGEST_NAME - 13)}-${sha256(schedule).slice(0, 12)}`;
}

async function scheduleMethod(options: ResolvedOptions, schedule: string, seed: number): Promise<ChosenMethod> {
  const { experiment, file: experimentFile } = options.record;
  const parsed = parseSchedule(schedule);
  if ('recommended' in parsed) return recommendedChoice(options, parsed, seed);
  const name = fileNameOf(schedule);
  const methodOf = (found: ParsedSchedule): Promise<Method> =>
    namingFile(experimentFile, () => methodUnder(experiment, { ...found, stopping: experiment.stopping }));
  if (!('named' in parsed)) return { name, method: await methodOf(parsed) };
  // What does not fit is refused before the reading, whatever it reads.
  await methodOf(parsed.at(1));
  const { reading, file } = await readRate(options, seed);
  return { name, method: await methodOf(parsed.at(reading.rate)), reading, files: [file] };
}

/** The D-Adaptation run from the seed's initial weights, of which the rate alone is kept. */
async function readRate(options: ResolvedOptions, seed: number): Promise<{ reading: Reading; file: string }> {
  const task = readingTask(options.record.experiment, seed);
  const { log, file } = await trainInFolder(options, `reading-seed-${seed}`, task);
  return { reading: readingOf(log, 'Give the schedule its rate: --schedule sf7:peak=..., for example.'), file };
}

/** The recommended method: its readings, the policy file that holds it, and the run that follows that file. */
async function recommendedChoice(
  options: ResolvedOptions,
  request: RecommendedRequest,
  seed: number,
): Promise<ChosenMethod> {
  const asked = request.clip === undefined ? request.recommended : { ...request.recommended, clip: request.clip };
  const files: string[] = [];
  const { policy, readings, choices } = await recommend(options.record, seed, asked, async (tasks) => {
    const logs: TrainingLog[] = [];
    for (const [i, task] of tasks.entries()) {
      const { file } = await trainInFolder(options, `recommended-reading-${i}-seed-${seed}`, task);
      logs.push(await readTrainingLog(file));
      files.push(file);
    }
    return logs;
  });
  const policyFile = path.join(options.out, `recommended-seed-${seed}.policy.json`);
  await makeFolder(options.out);
  await writeFileAtomic(policyFile, prettyJson(policy));
  return {
    name: 'recommended',
    ...wholeMethodTask(policy, path.resolve(policyFile)),
    ...(readings === null ? {} : { reading: readings }),
    files: [...files, policyFile],
    choices,
  };
}

/** @throws E_RUN_MISMATCH for a policy that was made for another experiment, unless that is allowed */
async function policyMethod(options: ResolvedOptions, policyPath: string): Promise<ChosenMethod> {
  const { experiment } = options.record;
  const policy = await readArtifact('policy', policyPath);
  const issues = policyMismatches(policy, experiment, await openWorkload(options.record));
  if (issues.length > 0 && options.allowMismatch !== true) throw mismatchError(policyPath, issues);
  const file = path.resolve(policyPath);
  const mismatches = issues.map((issue) => issue.path);
  const task =
    policy.whole_method === undefined
      ? {
          method: resolveMethod({ ...methodFollowing(experiment, file, policy.clip), stopping: experiment.stopping }),
          policy,
        }
      : wholeMethodTask(policy, file);
  return { ...task, name: 'policy', ...(mismatches.length === 0 ? {} : { mismatches }) };
}
