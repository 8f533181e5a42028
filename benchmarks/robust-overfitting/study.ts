import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describeHost } from '../../src/benchmark/host.js';
import { experimentSchema, optimizerSchema, type Experiment } from '../../src/artifacts/experiment/experiment.js';
import { gradientEvaluations } from '../../src/artifacts/training-log/training-log.js';
import { benchmarkFile } from '../file.js';
import { thisMachine } from '../machine.js';
import { trainedRun } from '../trained-run.js';
import { COSINE, LINEAR, reportText, type Run, type SetResult, type Study } from './report.js';

/** Training images, each with its budgets in runs of 2,000 updates at the experiment's K. */
const SETS = [
  { images: 500, budgets: [1, 3, 9] },
  { images: 2000, budgets: [1, 3] },
] as const;
/** Lengths of decays as shares of a budget, and their rates: what a user would tune, chosen here in hindsight. */
const SHARES = [0.25, 0.5, 1] as const;
const RATES = [0.2, 0.4] as const;

const PRODIGY = optimizerSchema.parse({ name: 'prodigy' });

const local = (name: string): string => benchmarkFile(`robust-overfitting/${name}`);

/**
 * `recommended` with its looks at the validation loss, against decays whose length and rate are chosen in hindsight and against
 * the best checkpoint of a constant rate, on few training images:
 *   npm run benchmark:robust-overfitting -- OUT [SET...]
 * The logs lie in OUT; the same command again goes on where it stopped, and sets may run in processes of their own.
 */
async function study(out = 'runs/robust-overfitting', ...wanted: string[]): Promise<void> {
  const base = experimentSchema.parse(JSON.parse(readFileSync(local('experiment.json'), 'utf8')));
  const sets: SetResult[] = [];
  for (const { images, budgets } of SETS.filter((set) => wanted.length === 0 || wanted.includes(String(set.images)))) {
    sets.push({ images, runs: await runsOfSet(out, base, images, budgets) });
  }
  if (wanted.length === 0) await store(sets, base.seeds);
}

async function runsOfSet(out: string, base: Experiment, images: number, budgets: readonly number[]): Promise<Run[]> {
  const runs: Run[] = [];
  for (const budget of budgets) {
    const horizon = budget * base.horizon;
    const at = { out, base, images };
    for (const seed of base.seeds) {
      runs.push(await run({ ...at, horizon, stopping: true }, 'recommended', { budget, seed, method: 'recommended' }));
      const constant = { budget, seed, method: 'constant 0.4, best checkpoint' };
      runs.push(await run({ ...at, horizon, stopping: true }, 'constant:0.4,clip=ratchet', constant));
      runs.push(
        await run({ ...at, horizon, stopping: false }, 'recommended', {
          budget,
          seed,
          method: 'recommended, last weights',
        }),
      );
      for (const share of SHARES) {
        const length = Math.round(share * horizon);
        const decay = { ...at, horizon: length, stopping: false };
        for (const rate of RATES) {
          const linear = `linear:peak=${rate},warmup=0.02,clip=ratchet`;
          runs.push(await run(decay, linear, { budget, seed, method: LINEAR, length, rate }));
        }
        const prodigy = { ...decay, base: { ...base, optimizer: PRODIGY } };
        runs.push(await run(prodigy, 'cosine:peak=1,warmup=0.05', { budget, seed, method: COSINE, length }));
      }
    }
  }
  return runs;
}

interface Place {
  readonly out: string;
  readonly base: Experiment;
  readonly images: number;
  readonly horizon: number;
  readonly stopping: boolean;
}

type Identity = Pick<Run, 'budget' | 'seed' | 'method'> & Partial<Pick<Run, 'length' | 'rate'>>;

/** One run; decays of equal length and rate are shared by all budgets that hold them. */
async function run({ out, base, images, horizon, stopping }: Place, schedule: string, of: Identity): Promise<Run> {
  const folder = path.join(out, `${images}-${horizon}-${base.optimizer.name}${stopping ? '-looks' : ''}`);
  const looks = schedule.startsWith('constant') ? { anneal: 0 } : {};
  const workload = base.workload as Exclude<Experiment['workload'], string>;
  const experiment = experimentSchema.parse({
    ...base,
    horizon,
    stopping: stopping ? looks : null,
    // Under a validation objective `recommended` would look in any case.
    objective: stopping || schedule !== 'recommended' ? base.objective : {},
    workload: { ...workload, data: { ...workload.data, train: images } },
  });
  const { log, result } = await trainedRun(folder, experiment, schedule, of.seed);
  process.stderr.write(
    `${images} images, ${horizon} updates, ${of.method} ${schedule}, seed ${of.seed}: ${result.test_robust_loss}\n`,
  );
  return {
    length: horizon,
    rate: null,
    ...of,
    test_robust_loss: Number(result.test_robust_loss),
    test_robust_acc: result.test_robust_acc,
    returned_update: log.end?.returned_update ?? null,
    looks_share: log.looks.reduce((sum, look) => sum + look.grad_evals, 0) / gradientEvaluations(log),
    n_grad_evals: result.n_grad_evals,
  };
}

async function store(sets: readonly SetResult[], seeds: readonly number[]): Promise<void> {
  const command = 'npm run benchmark:robust-overfitting';
  const whole: Study = { command, machine: thisMachine(), host: await describeHost(command), seeds, sets };
  writeFileSync(local('results/robust-overfitting.results.json'), `${JSON.stringify(whole, null, 1)}\n`);
  writeFileSync(local('results/robust-overfitting.md'), reportText(whole));
}

await study(...process.argv.slice(2));
