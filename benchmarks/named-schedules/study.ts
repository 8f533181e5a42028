import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { mean, sampleStandardDeviation } from 'simple-statistics';
import { experimentSchema } from '../../src/artifacts/experiment.js';
import { readTrainingLog } from '../../src/artifacts/log-file.js';
import type { EngineChoice } from '../../src/training/engines/index.js';
import { trainStage } from '../../src/training/stage.js';
import { describeHost } from '../learning-rate/host.js';
import { thisMachine } from '../machine.js';
import { reportText, type Method, type Problem, type Run, type Study } from './report.js';

/** Final adversarial training losses of the prototypes; H and SF7k are given there as percentages of SF7. */
const PROBLEMS = [
  { id: 'p3', peaks: [0.4, 0.6, 0.8], table: { sf7: 1.0468, sf7k: 1.0468 * 0.986, h: 1.0468 * 1.085 } },
  { id: 'p3b16', peaks: [0.25, 0.35, 0.5], table: { sf7: 1.0577, sf7k: 1.0577 * 0.996, h: 1.0577 * 1.07 } },
  { id: 'm64', peaks: [0.1, 0.15, 0.2, 0.3], table: { sf7: 1.6769, sf7k: 1.6769 * 0.986, h: 1.6769 * 1.088 } },
] as const;

/** Seeds that tune the peak of H, none of which is reported. */
const TUNING_SEEDS = [101, 102];

type ProblemId = (typeof PROBLEMS)[number]['id'];

interface Options {
  readonly out: string;
  readonly engine: EngineChoice;
}

const local = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/**
 * SF7, SF7k and H at its tuned peak on three problems, five seeds each, against the prototypes' table:
 *   npm run benchmark:named-schedules -- OUT [ENGINE] [PROBLEM...]
 * The logs lie in OUT; the same command again goes on where it stopped.
 */
async function study(out = 'runs/named-schedules', engine = 'auto', ...wanted: string[]): Promise<void> {
  const chosen = PROBLEMS.filter(({ id }) => wanted.length === 0 || wanted.includes(id));
  const problems: Problem[] = [];
  for (const { id, peaks, table } of chosen) {
    problems.push(await studyProblem(id, { peaks, table }, { out, engine: engine as EngineChoice }));
    await store({ problems });
  }
}

async function studyProblem(
  id: ProblemId,
  { peaks, table }: { peaks: readonly number[]; table: Readonly<Record<string, number>> },
  options: Options,
): Promise<Problem> {
  const experiment = experimentSchema.parse(JSON.parse(readFileSync(local(`./${id}.json`), 'utf8')));
  const grid: { peak: number; loss: number }[] = [];
  for (const peak of peaks) {
    const runs = await runsOf(id, `h:peak=${peak}`, TUNING_SEEDS, options);
    grid.push({ peak, loss: mean(runs.map(({ loss }) => loss)) });
  }
  const tuned = grid.reduce((best, entry) => (entry.loss < best.loss ? entry : best)).peak;
  const methods: Method[] = [];
  for (const [name, schedule] of Object.entries({ sf7: 'sf7', sf7k: 'sf7k', h: `h:peak=${tuned}` })) {
    methods.push(summarize(name, schedule, await runsOf(id, schedule, experiment.seeds, options), table[name]));
  }
  return { id, name: experiment.name, grid, tuned, methods };
}

async function runsOf(id: ProblemId, schedule: string, seeds: readonly number[], options: Options): Promise<Run[]> {
  const runs: Run[] = [];
  for (const seed of seeds) runs.push(await oneRun(id, schedule, seed, options));
  return runs;
}

async function oneRun(id: ProblemId, schedule: string, seed: number, { out, engine }: Options): Promise<Run> {
  const folder = path.join(out, id);
  const { artifacts, result } = await trainStage({
    experimentPath: local(`./${id}.json`),
    out: folder,
    schedule,
    seed,
    engine,
  });
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

function summarize(name: string, schedule: string, runs: readonly Run[], reference: number): Method {
  const losses = runs.map(({ loss }) => loss);
  const error = sampleStandardDeviation(losses) / Math.sqrt(losses.length);
  const average = mean(losses);
  return {
    name,
    schedule,
    runs,
    mean: average,
    standard_error: error,
    reference,
    errors_away: (average - reference) / error,
  };
}

async function store(results: Pick<Study, 'problems'>): Promise<void> {
  const command = `npm run benchmark:named-schedules${process.argv.length > 2 ? ` -- ${process.argv.slice(2).join(' ')}` : ''}`;
  const whole: Study = { command, machine: thisMachine(), host: await describeHost(command), ...results };
  writeFileSync(local('./results/named-schedules.results.json'), `${JSON.stringify(whole, null, 1)}\n`);
  writeFileSync(local('./results/named-schedules.md'), reportText(whole));
}

await study(...process.argv.slice(2));
