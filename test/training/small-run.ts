import path from 'node:path';
import type { TrainingAttackInput } from '../../src/artifacts/experiment/attacks.js';
import { evaluationSchema, objectiveSchema, type BatchSize } from '../../src/artifacts/experiment/experiment.js';
import { measurementsSchema } from '../../src/artifacts/experiment/measurements.js';
import type { LogRow, TrainingLog } from '../../src/artifacts/training-log/training-log.js';
import { randomStream } from '../../src/math/random.js';
import { createSchedule, type Schedule } from '../../src/schedules/index.js';
import { methodSchema, type MethodInput } from '../../src/training/method.js';
import type { StoppingPlan } from '../../src/stopping/index.js';
import { batchSizes } from '../../src/controls/index.js';
import { openEngine } from '../../src/training/engines/index.js';
import type { RunHeader, TrainingRun } from '../../src/training/training-run.js';
import { size } from '../../src/workloads/models/index.js';
import { createAttack } from '../../src/attacks/create-attack.js';
import { createModel, type Dataset, type Examples, type Workload } from '../../src/workloads/index.js';

const CLASSES = 3;
const WIDTH = 6;

/** Three Gaussian clouds in the unit cube of six dimensions. */
export function clouds(): Dataset {
  const centres = randomStream(0, 'clouds/centres').fillUniform(new Float32Array(CLASSES * WIDTH), 0.25, 0.75);
  const examples = (split: string, count: number): Examples => {
    const stream = randomStream(0, `clouds/${split}`);
    const labels = Int32Array.from({ length: count }, (_, i) => i % CLASSES);
    const inputs = Float32Array.from({ length: count * WIDTH }, (_, i) => {
      const centre = centres[labels[Math.floor(i / WIDTH)] * WIDTH + (i % WIDTH)];
      return Math.min(1, Math.max(0, centre + 0.1 * stream.normal()));
    });
    return { count, inputs, labels };
  };
  return {
    name: 'clouds',
    sha256: 'clouds',
    inputShape: [WIDTH],
    classes: CLASSES,
    train: examples('train', 120),
    validation: examples('validation', 60),
    test: examples('test', 60),
  };
}

export interface SmallRunOptions {
  readonly method?: MethodInput;
  readonly attack?: object | null;
  readonly updates?: number;
  readonly batchSize?: BatchSize;
  readonly seed?: number;
  readonly objective?: object;
  readonly evaluation?: object | null;
  readonly schedule?: Schedule;
  readonly workload?: Workload;
  readonly measurements?: readonly object[];
  readonly stopping?: StoppingPlan;
}

const CONSTANT: MethodInput = { schedule: { name: 'constant', rate: 0.3 }, optimizer: { name: 'sgd' } };

/** For processes without jest too. A run of a 6-8-3 network on the clouds, 30 updates of 16 examples against PGD-2 unless told. */
export async function smallRunIn(folder: string, options: SmallRunOptions = {}): Promise<TrainingRun> {
  const {
    updates = 30,
    seed = 1,
    batchSize = 16,
    attack = { type: 'pgd', eps: 0.05, steps: 2 },
    evaluation = { batch_size: 50 },
  } = options;
  const engine = await openEngine('tfjs', 'dense');
  const method = methodSchema.parse(options.method ?? CONSTANT);
  const objective = objectiveSchema.parse(options.objective ?? {});
  const workload = options.workload ?? cloudsWorkload(attack);
  const schedule = options.schedule ?? (await createSchedule(method.schedule, { updates, baseDirectory: '.' }));
  const measurements = measurementsSchema.parse(options.measurements ?? []);
  const { dataset, model } = workload;
  const header: RunHeader = {
    kind: 'training_log',
    schema_version: '1.0.0',
    tool_version: '0.0.0',
    run_id: `small/${seed}`,
    purpose: 'train',
    seed,
    ...engine.info,
    lr_schedule: schedule.describe(),
    optimizer: method.optimizer,
    clip: method.clip,
    ...(method.averaging === null ? {} : { averaging: method.averaging }),
    ...(method.recovery === undefined ? {} : { recovery: method.recovery }),
    batch_size: batchSize,
    updates,
    horizon: updates,
    updates_per_epoch: dataset.train.count / batchSizes(batchSize, updates).mean,
    objective,
    loss: workload.loss ?? 'cross_entropy',
    attack: workload.attack === null ? null : workload.attack.spec,
    training: workload.training ?? { type: 'standard' },
    dataset: {
      name: dataset.name,
      sha256: dataset.sha256,
      train: dataset.train.count,
      validation: dataset.validation.count,
      test: dataset.test.count,
    },
    model: model.spec,
    parameters: model.parameterShapes.reduce((sum, shape) => sum + size(shape), 0),
    ...(evaluation === null ? {} : { evaluation: evaluationSchema.parse(evaluation) }),
    ...(measurements.length === 0 ? {} : { measurements }),
  };
  const log = path.join(folder, 'run.jsonl');
  return {
    log,
    header,
    engine,
    workload,
    schedule,
    method,
    objective,
    evaluation: evaluation === null ? null : evaluationSchema.parse(evaluation),
    measurements,
    ...(options.stopping === undefined ? {} : { stopping: options.stopping }),
  };
}

export function cloudsWorkload(attack: object | null): Workload {
  const dataset = clouds();
  const layers = [
    { type: 'dense', units: 8 } as const,
    { type: 'relu' } as const,
    { type: 'dense', units: CLASSES } as const,
  ];
  return {
    dataset,
    model: createModel({ layers }, [WIDTH], CLASSES),
    attack: attack === null ? null : createAttack(attack as TrainingAttackInput),
  };
}

/** All rows in the order of the kinds, without the clock: what two equal runs share. */
export function comparable({ steps, evaluations, measurements, looks, end }: TrainingLog): LogRow[] {
  const rows = steps.map(({ wall_s: _, ...row }) => row);
  if (end === null) return [...rows, ...evaluations, ...measurements, ...looks];
  const { sha256: _ofHeaderToo, ...ending } = end;
  return [...rows, ...evaluations, ...measurements, ...looks, ending];
}
