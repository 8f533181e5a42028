import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { mean, sampleStandardDeviation } from 'simple-statistics';
import type { ExperimentFile } from '../../src/artifacts/experiment/experiment.js';
import { readArtifact, writeArtifact, writeFileAtomic } from '../../src/artifacts/files.js';
import { readTrainingLog } from '../../src/artifacts/log-file.js';
import type { TrainingLog } from '../../src/artifacts/training-log/training-log.js';
import { resultsOf, runTasks } from '../../src/execution/run-tasks.js';
import { scheduleSpecSchema } from '../../src/schedules/index.js';
import { ENGINE_CHOICES, type EngineChoice } from '../../src/training/engines/index.js';
import { resolveExperiment, type ExperimentRecord } from '../../src/training/experiment-record.js';
import { methodSchema } from '../../src/training/method.js';
import { TRAINING_TASK } from '../../src/training/task.js';
import type { TrainingTask } from '../../src/training/training-task.js';
import { machineText, thisMachine, type Machine } from '../machine.js';

/** Largest rate: from 0 straight up to it over two fifths of the run, then straight down to 0. */
const PEAK = 5e-3;
const CYCLE = `${PEAK} * min((t + 1) / (0.4 * T), (T - t) / (0.6 * T))`;

const EXPERIMENT = fileURLToPath(new URL('./fast-adversarial-training.json', import.meta.url));
const RESULTS = fileURLToPath(new URL('./results/', import.meta.url));

/**
 * Fast adversarial training (Wong, Rice & Kolter 2020) in their MNIST setting, on the whole of Fashion-MNIST: 10 epochs, FGSM
 * with a random start, l_inf 0.1; then clean accuracy and accuracy under PGD-50 with 10 restarts on all test images.
 *   npx tsx benchmarks/attacks/fast-adversarial-training.ts --data FOLDER   (the four IDX files); stores results/
 */
async function fastAdversarialTraining(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      out: { type: 'string', default: 'runs/fast-adversarial-training' },
      engine: { type: 'string', default: 'auto' },
      workers: { type: 'string', default: String(availableParallelism()) },
    },
  });
  const engine = ENGINE_CHOICES.find((name) => name === values.engine) ?? 'auto';
  const { file } = await placed(values.data, values.out);
  const record = await resolveExperiment(file);
  const { experiment } = record;
  const tasks = experiment.seeds.map((seed) => trainingTask(record, { seed, engine, out: values.out }));
  const jobs = tasks.map((task) => ({ id: task.runId, module: TRAINING_TASK.module, input: task }));
  resultsOf(await runTasks(jobs, { workers: Number(values.workers), onEvent: progress(experiment.horizon) }));
  const logs = await Promise.all(tasks.map(({ log }) => readTrainingLog(log)));
  await store({ machine: thisMachine(), experiment: await readArtifact('experiment', EXPERIMENT), logs });
}

/** The experiment with its data in another folder, written where the runs are. */
async function placed(data: string | undefined, out: string): Promise<{ file: string }> {
  const experiment = await readArtifact('experiment', EXPERIMENT);
  const { workload } = experiment;
  if (typeof workload === 'string' || workload.data.format !== 'idx')
    throw new Error('The experiment names IDX files.');
  const { images, labels, test } = workload.data;
  const at = (name: string): string => (data === undefined ? name : path.resolve(data, path.basename(name)));
  const files = {
    images: at(images),
    labels: at(labels),
    test: { images: at(test!.images), labels: at(test!.labels) },
  };
  const moved = { ...experiment, workload: { ...workload, data: { ...workload.data, ...files } } };
  const file = path.join(out, 'experiment.json');
  await mkdir(out, { recursive: true });
  await writeArtifact('experiment', file, moved);
  return { file };
}

function trainingTask(
  record: ExperimentRecord,
  { seed, engine, out }: { seed: number; engine: EngineChoice; out: string },
): TrainingTask {
  const schedule = scheduleSpecSchema.parse({ name: 'expression', rate: CYCLE });
  const { horizon, optimizer } = record.experiment;
  return {
    record,
    engine,
    runId: `fast/${seed}`,
    purpose: 'train',
    seed,
    updates: horizon,
    method: methodSchema.parse({ schedule, optimizer }),
    evaluated: true,
    log: path.join(out, `seed-${seed}.jsonl`),
  };
}

function progress(updates: number) {
  return (id: string, event: unknown): void => {
    const { done } = event as { done: number };
    if (done % 600 === 0) process.stderr.write(`${id}: ${done} of ${updates} updates\n`);
  };
}

interface Study {
  readonly machine: Machine;
  readonly experiment: ExperimentFile;
  readonly logs: readonly TrainingLog[];
}

async function store({ machine, experiment, logs }: Study): Promise<void> {
  const [{ header }] = logs;
  const seeds = logs.map(({ header: { seed }, evaluations, steps, end }) => ({
    seed: seed!,
    status: end!.status,
    seconds_of_training: steps[steps.length - 1].wall_s,
    ...evaluations[evaluations.length - 1],
  }));
  const engine = `${header.engine} (${header.backend}, ${header.kernel}, ${header.version})`;
  const schedule = header.lr_schedule;
  await writeFileAtomic(
    path.join(RESULTS, 'fast-adversarial-training.results.json'),
    `${JSON.stringify({ machine, engine, schedule, experiment, dataset: header.dataset, seeds }, null, 2)}\n`,
  );
  const text = markdown(seeds, `${engine}; ${machineText(machine)}`);
  await writeFileAtomic(path.join(RESULTS, 'fast-adversarial-training.md'), text);
  process.stdout.write(text);
}

type SeedResult = TrainingLog['evaluations'][number] & { seed: number; seconds_of_training?: number | undefined };

function markdown(seeds: readonly SeedResult[], where: string): string {
  const percent = (share: number): string => (100 * share).toFixed(2);
  const spread = (values: readonly number[]): string =>
    `${percent(mean([...values]))} ± ${percent(sampleStandardDeviation([...values]))}`;
  const rows = seeds.map(
    ({ seed, test_acc, test_robust_acc, seconds_of_training }) =>
      `| ${seed} | ${percent(test_acc)} | ${percent(test_robust_acc)} | ${seconds_of_training?.toFixed(0) ?? ''} |`,
  );
  const warnings = seeds.flatMap(({ seed, warnings: all = [] }) =>
    all.map(({ message }) => `Seed ${seed}: ${message}\n`),
  );
  return `# Fast adversarial training on Fashion-MNIST, Linf 0.1

60,000 training and 10,000 test images, 10 epochs of batches of 100, FGSM with a random start; accuracies in per cent on all
test images, robust ones under ${seeds[0].attack}.

| seed | clean | robust | seconds of training |
|---|---|---|---|
${rows.join('\n')}
| mean ± standard deviation | ${spread(seeds.map((seed) => seed.test_acc))} | ${spread(seeds.map((seed) => seed.test_robust_acc))} | |

${warnings.join('')}${where}.
`;
}

await fastAdversarialTraining();
