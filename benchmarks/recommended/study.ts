import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { experimentSchema, type Experiment, type ExperimentInput } from '../../src/artifacts/experiment/experiment.js';
import { benchmarkFile } from '../file.js';
import { thisMachine } from '../machine.js';
import { trainedRun } from '../trained-run.js';
import { HALF, RECOMMENDED, reportText, type Comparison, type Run, type Study } from './report.js';
import { RIVALS, type Rival } from './rivals.js';

/** The workloads of benchmarks/learning-rate/workloads on which the method is judged. */
const WORKLOADS = ['mlp-eps-0.2', 'cnn-strided', 'digits-softmax-l2', 'mlp-momentum', 'cnn-pooled'] as const;
const TUNING_SEED = 1000;
const SEEDS = [2000, 2001, 2002, 2003, 2004] as const;

const TUNING = { train_examples: 1000, test_examples: 200, checks: null };
const FINAL = { train_examples: 300, test_examples: 300, checks: null, attack: { type: 'strong' as const } };

/** Above this share of ln(classes) a network has learnt nothing. */
const DEAD = 0.98 * Math.log(10);

/**
 * `recommended` against the best of each family of rivals, on fresh seeds:
 *   npm run benchmark:recommended -- OUT [own|kept] [WORKLOAD...]
 * A workload's comparison is stored in OUT when it is whole; the report is made of those that are there. The same command
 * again goes on where it stopped, and workloads may run in processes of their own.
 */
async function study(out = 'runs/recommended', attacks = 'own,kept', ...wanted: string[]): Promise<void> {
  for (const attack of attacks.split(',') as Comparison['attack'][]) {
    for (const workload of WORKLOADS.filter((name) => wanted.length === 0 || wanted.includes(name))) {
      const file = path.join(out, `${workload}.${attack}.json`);
      if (!existsSync(file)) writeFileSync(file, JSON.stringify(await compared(out, workload, attack)));
    }
  }
  store(out);
}

async function compared(out: string, workload: string, attack: Comparison['attack']): Promise<Comparison> {
  const experiment = experimentOf(workload);
  const given = attack === 'own' ? experiment : onKept(experiment);
  const place = path.join(out, `${workload}-${attack}`);
  const tuned = await tune(place, given);
  const runs: Run[] = [];
  for (const seed of SEEDS) {
    for (const rival of tuned) runs.push(await run(place, given, rival.family, rival, seed));
    const method = { schedule: RECOMMENDED, optimizer: null };
    runs.push(await run(path.join(out, workload), experiment, RECOMMENDED, method, seed));
    const half = { ...experiment, horizon: Math.round((experiment.horizon as number) / 2) };
    runs.push(await run(path.join(out, `${workload}-half`), half, HALF, method, seed));
  }
  return { workload, name: experiment.name, attack, tuned, runs };
}

/** Of each family the setting of the lowest training loss on the tuning seed. */
async function tune(place: string, experiment: Experiment): Promise<(Rival & { readonly loss: number })[]> {
  const best = new Map<Rival['family'], Rival & { readonly loss: number }>();
  for (const rival of RIVALS) {
    const { train_robust_loss: loss } = await run(`${place}-tuning`, experiment, rival.family, rival, TUNING_SEED);
    if (!(loss >= (best.get(rival.family)?.loss ?? Infinity))) best.set(rival.family, { ...rival, loss });
  }
  return [...best.values()];
}

async function run(
  place: string,
  experiment: Experiment,
  method: string,
  { schedule, optimizer }: Pick<Rival, 'schedule' | 'optimizer'>,
  seed: number,
): Promise<Run> {
  const used = optimizer ?? experiment.optimizer;
  const evaluation = seed === TUNING_SEED ? TUNING : FINAL;
  const folder = path.join(place, optimizer === null ? 'own-optimizer' : optimizer.name);
  const whole = experimentSchema.parse({ ...experiment, optimizer: used, evaluation } satisfies ExperimentInput);
  const started = Date.now();
  const { log, result } = await trainedRun(folder, whole, schedule, seed);
  const loss = finite(result.train_robust_loss);
  process.stderr.write(`${folder} ${schedule} ${seed}: ${loss}\n`);
  return {
    method,
    schedule,
    seed,
    train_robust_loss: loss,
    test_robust_acc: result.test_robust_acc ?? 0,
    isDead: loss >= DEAD,
    rollbacks: log.end?.summary?.['rollbacks'] ?? 0,
    n_grad_evals: result.n_grad_evals,
    wall_s: (Date.now() - started) / 1000,
  };
}

/** A run that diverged has learnt nothing: the loss of the constant prediction. */
function finite(loss: unknown): number {
  return typeof loss === 'number' && Number.isFinite(loss) ? loss : Math.log(10);
}

function experimentOf(workload: string): Experiment {
  const file = benchmarkFile(`learning-rate/workloads/${workload}.json`);
  return experimentSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** One step from kept perturbations, over as many more updates as that is cheaper. */
function onKept(experiment: Experiment): Experiment {
  const workload = experiment.workload as Exclude<Experiment['workload'], string>;
  const { type, norm, eps, steps } = workload.attack as { type: 'pgd'; norm: 'Linf'; eps: number; steps: number };
  const horizon = Math.floor(((experiment.horizon as number) * (1 + steps)) / 2);
  const attack = { type, norm, eps, start: 'kept' as const };
  return experimentSchema.parse({ ...experiment, horizon, workload: { ...workload, attack } });
}

/** The report of the comparisons that are there. */
function store(out: string): void {
  const files = (['own', 'kept'] as const).flatMap((attack) =>
    WORKLOADS.map((workload) => path.join(out, `${workload}.${attack}.json`)),
  );
  const comparisons = files
    .filter((file) => existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')) as Comparison);
  const whole: Study = { command: 'npm run benchmark:recommended', machine: thisMachine(), comparisons };
  const local = (name: string): string => benchmarkFile(`recommended/results/${name}`);
  writeFileSync(local('recommended.results.json'), `${JSON.stringify(whole, null, 1)}\n`);
  writeFileSync(local('recommended.md'), reportText(whole));
}

await study(...process.argv.slice(2));
