import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { mean, sampleStandardDeviation } from 'simple-statistics';
import { experimentSchema, type Experiment } from '../../src/artifacts/experiment/experiment.js';
import { writeArtifact } from '../../src/artifacts/files.js';
import { readTrainingLog } from '../../src/artifacts/log-file.js';
import type { EngineChoice } from '../../src/training/engines/index.js';
import { trainStage } from '../../src/training/stage/stage.js';
import { describeHost } from '../../src/benchmark/host.js';
import { benchmarkFile } from '../file.js';
import { thisMachine } from '../machine.js';
import { reportText, type Figure, type Method, type Problem, type Run, type Study } from './report.js';

/** The prototypes' mean losses of SF7, and what they give of the others, in per cent of it. */
const PROBLEMS = [
  { id: 'p3', peaks: [0.4, 0.6, 0.8], sf7: 1.0468, others: { sf7k: -1.4, h: 8.5 } },
  { id: 'p3b16', peaks: [0.25, 0.35, 0.5], sf7: 1.0577, others: { sf7k: -0.4, h: 7 } },
  { id: 'm64', peaks: [0.2, 0.3, 0.4, 0.6], sf7: 1.6769, others: { sf7k: -1.4, h: 8.8 } },
] as const;

/** Evaluation seeds, each another 4,000 of the 12,000 training images, on which one run is scored again. */
const OTHER_SETS = [1, 2, 3, 4];

/** Seeds that tune the peak of H, none of which is reported. */
const TUNING_SEEDS = [101, 102];

type ProblemId = (typeof PROBLEMS)[number]['id'];

interface Options {
  readonly out: string;
  readonly engine: EngineChoice;
}

const local = (name: string): string => benchmarkFile(`named-schedules/${name}`);
const experimentPath = (id: ProblemId): string => local(`${id}.json`);

/**
 * SF7, SF7k and H at its tuned peak on three problems, five seeds each, against the prototypes' table:
 *   npm run benchmark:named-schedules -- OUT [ENGINE] [PROBLEM...]
 * The logs lie in OUT; the same command again goes on where it stopped.
 */
async function study(out = 'runs/named-schedules', engine = 'auto', ...wanted: string[]): Promise<void> {
  const chosen = PROBLEMS.filter(({ id }) => wanted.length === 0 || wanted.includes(id));
  const problems: Problem[] = [];
  for (const problem of chosen) {
    problems.push(await studyProblem(problem, { out, engine: engine as EngineChoice }));
    await store({ problems });
  }
}

async function studyProblem({ id, peaks, sf7, others }: (typeof PROBLEMS)[number], options: Options): Promise<Problem> {
  const experiment = experimentSchema.parse(JSON.parse(readFileSync(experimentPath(id), 'utf8')));
  const { seeds } = experiment;
  const grid: { peak: number; loss: number }[] = [];
  for (const peak of peaks) {
    const runs = await runsOf(id, `h:peak=${peak}`, TUNING_SEEDS, options);
    grid.push({ peak, loss: mean(runs.map(({ loss }) => loss)) });
  }
  const tuned = grid.reduce((best, entry) => (entry.loss < best.loss ? entry : best)).peak;
  const base = await runsOf(id, 'sf7', seeds, options);
  const sets = await otherSets(id, experiment, options);
  return {
    id,
    name: experiment.name,
    grid,
    tuned,
    set_error: setError([base[0].loss, ...sets]),
    methods: [
      methodOf('sf7', base, { base, reference: sf7, share: 0 }),
      methodOf('sf7k', await runsOf(id, 'sf7k', seeds, options), { base, reference: sf7, share: others.sf7k }),
      methodOf('h', await runsOf(id, `h:peak=${tuned}`, seeds, options), { base, reference: sf7, share: others.h }),
    ],
  };
}

/** The final losses of the first seed's SF7 on other sets of training images. */
async function otherSets(id: ProblemId, experiment: Experiment, { out, engine }: Options): Promise<number[]> {
  const losses: number[] = [];
  for (const seed of OTHER_SETS) {
    const folder = path.join(out, `${id}-set-${seed}`);
    const file = path.join(folder, 'experiment.json');
    await writeArtifact('experiment', file, { ...experiment, evaluation: { ...experiment.evaluation, seed } });
    const options = { experimentPath: file, out: folder, schedule: 'sf7', seed: experiment.seeds[0], engine };
    losses.push(Number((await trainStage(options)).result.train_robust_loss));
  }
  return losses;
}

/**
 * Standard error of the difference between two fixed sets of 4,000 images: the spread over subsets of one set of 12,000
 * (n of N: variance s^2 / n (1 - n / N)), as if both were drawn from all images.
 */
function setError(losses: readonly number[]): number {
  return (sampleStandardDeviation([...losses]) / Math.sqrt(1 - 1 / 3)) * Math.SQRT2;
}

async function runsOf(id: ProblemId, schedule: string, seeds: readonly number[], options: Options): Promise<Run[]> {
  const runs: Run[] = [];
  for (const seed of seeds) runs.push(await oneRun(id, schedule, seed, options));
  return runs;
}

async function oneRun(id: ProblemId, schedule: string, seed: number, { out, engine }: Options): Promise<Run> {
  const options = { experimentPath: experimentPath(id), out: path.join(out, id), schedule, seed, engine };
  const { artifacts, result } = await trainStage(options);
  const { header, steps } = await readTrainingLog(artifacts[artifacts.length - 1]);
  process.stderr.write(`${id} ${schedule} seed ${seed}: ${result.train_robust_loss}\n`);
  return {
    seed,
    loss: Number(result.train_robust_loss),
    test_robust_acc: result.test_robust_acc,
    peak: Math.max(...steps.map(({ lr }) => Number(lr))),
    n_grad_evals: result.n_grad_evals,
    seconds: steps[steps.length - 1].wall_s ?? null,
    engine: `${header.engine} ${header.backend} ${header.kernel} ${header.version}`,
  };
}

/** Mean loss against the prototypes', and the paired difference to SF7 against theirs. */
function methodOf(
  name: string,
  runs: readonly Run[],
  { base, reference, share }: { base: readonly Run[]; reference: number; share: number },
): Method {
  const loss = figure(runs.map((run) => run.loss));
  const toSf7 = figure(runs.map((run, i) => (100 * (run.loss - base[i].loss)) / base[i].loss));
  return {
    name,
    runs,
    loss,
    reference: reference * (1 + share / 100),
    percent_to_sf7: toSf7,
    reference_percent_to_sf7: share,
  };
}

function figure(values: number[]): Figure {
  return { mean: mean(values), standard_error: sampleStandardDeviation(values) / Math.sqrt(values.length) };
}

async function store(results: Pick<Study, 'problems'>): Promise<void> {
  const command = `npm run benchmark:named-schedules${process.argv.length > 2 ? ` -- ${process.argv.slice(2).join(' ')}` : ''}`;
  const whole: Study = { command, machine: thisMachine(), host: await describeHost(command), ...results };
  writeFileSync(local('results/named-schedules.results.json'), `${JSON.stringify(whole, null, 1)}\n`);
  writeFileSync(local('results/named-schedules.md'), reportText(whole));
}

await study(...process.argv.slice(2));
