import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { mean } from 'simple-statistics';
import { experimentSchema, type Experiment } from '../../src/artifacts/experiment/experiment.js';
import { benchmarkFile } from '../file.js';
import { meanWithError } from '../mean-with-error.js';
import { machineText, thisMachine, type Machine } from '../machine.js';
import { trainedRun } from '../trained-run.js';

/** Workload files, with the steps K of the full attack where they differ from the file's. */
const WORKLOADS = [
  { file: 'quickstart.json', steps: 5, seeds: [310, 311, 312] },
  { file: 'workloads/mlp-eps-0.2.json', steps: 5, seeds: [310, 311, 312] },
  { file: 'workloads/cnn-strided.json', steps: 7, seeds: [310, 311, 312] },
] as const;

const EVALUATION = { train_examples: 500, test_examples: 500, checks: null, attack: { type: 'strong' as const } };

type Declared = Exclude<Experiment['workload'], string>;
type Attack = NonNullable<Declared['attack']> & { readonly eps: number; readonly norm: string; readonly steps: number };

interface Plan {
  readonly name: string;
  readonly attack: (full: Attack) => object;
  /** Gradient evaluations of an update; null: those of the full attack. */
  readonly cost: number | null;
  readonly training?: object;
  readonly batchShare?: number;
}

const RAMP = { ramp: { from: 0.5, over: 0.3 } };
const FULL = 'PGD, K steps';

/** What an update of the weights is trained against, all at the gradient evaluations of PGD with K steps. */
const PLANS: readonly Plan[] = [
  { name: FULL, attack: (full) => full, cost: null },
  { name: 'FGSM with random start', attack: (full) => ({ ...full, steps: 1, alpha: 1.25 * full.eps }), cost: 2 },
  {
    name: 'free, 8 replays',
    attack: (full) => ({ ...full, steps: 1 }),
    cost: 1,
    training: { type: 'free', replays: 8 },
  },
  { name: 'PGD, 2 steps', attack: (full) => ({ ...full, steps: 2 }), cost: 3 },
  { name: 'PGD, 2 steps, half the batch', attack: (full) => ({ ...full, steps: 2 }), cost: 3, batchShare: 0.5 },
  { name: 'kept perturbations', attack: ({ type, norm, eps }) => ({ type, norm, eps, start: 'kept' }), cost: 2 },
  {
    name: 'kept, eps from half over 30 %',
    attack: ({ type, norm, eps }) => ({ type, norm, eps: { value: eps, ...RAMP }, start: 'kept' }),
    cost: 2,
  },
];

interface Row {
  readonly workload: string;
  readonly plan: string;
  readonly seed: number;
  readonly train_robust_loss: number;
  readonly test_robust_loss: number;
  readonly test_robust_acc: number;
  readonly n_grad_evals: number;
  readonly wall_s: number;
}

/**
 * Kept perturbations against what they replace, at equal gradient evaluations: Schedule-Free SGD with the ratchet clip at seven
 * times the reading of the full attack for every plan (the reading is charged to none), scored by the strong attack.
 *   npm run benchmark:kept -- OUT
 */
async function study(out = 'runs/kept'): Promise<void> {
  const rows: Row[] = [];
  for (const { file, steps, seeds } of WORKLOADS) {
    const base = experimentSchema.parse(JSON.parse(readFileSync(benchmarkFile(`learning-rate/${file}`), 'utf8')));
    const { attack } = base.workload as Declared;
    const full = { ...(attack as Attack & object), steps } as Attack;
    for (const seed of seeds)
      rows.push(...(await plansOf(path.join(out, path.basename(file, '.json')), base, full, seed)));
  }
  const stored = { command: 'npm run benchmark:kept', machine: thisMachine(), rows };
  writeFileSync(benchmarkFile('attacks/results/kept.results.json'), `${JSON.stringify(stored, null, 1)}\n`);
  writeFileSync(benchmarkFile('attacks/results/kept.md'), reportText(stored));
}

async function plansOf(place: string, base: Experiment, full: Attack, seed: number): Promise<Row[]> {
  const evaluations = (base.horizon as number) * (1 + full.steps);
  const rows: Row[] = [];
  let rate: number | null = null;
  for (const [i, plan] of PLANS.entries()) {
    const experiment = experimentSchema.parse({
      ...base,
      name: `${base.name}: ${plan.name}`,
      horizon: Math.floor(evaluations / ((plan.cost ?? 1 + full.steps) * (plan.batchShare ?? 1))),
      batch_size: Math.round((base.batch_size as number) * (plan.batchShare ?? 1)),
      evaluation: EVALUATION,
      workload: {
        ...(base.workload as Declared),
        attack: plan.attack(full),
        ...(plan.training === undefined ? {} : { training: plan.training }),
      },
    });
    const started = Date.now();
    const schedule: string = rate === null ? 'sf7k' : `sf7k:peak=${rate}`;
    const { log, result } = await trainedRun(path.join(place, String(i)), experiment, schedule, seed);
    rate ??= 7 * (log.header.lr_schedule as unknown as { reading: { rate: number } }).reading.rate;
    const { train_robust_loss, test_robust_loss, test_robust_acc } = result;
    process.stderr.write(`${place} ${plan.name} ${seed}: ${train_robust_loss} ${test_robust_acc}\n`);
    rows.push({
      workload: base.name,
      plan: plan.name,
      seed,
      train_robust_loss: Number(train_robust_loss),
      test_robust_loss: Number(test_robust_loss),
      test_robust_acc: Number(test_robust_acc),
      n_grad_evals: result.n_grad_evals,
      wall_s: (Date.now() - started) / 1000,
    });
  }
  return rows;
}

function reportText({ command, machine, rows }: { command: string; machine: Machine; rows: readonly Row[] }): string {
  const workloads = [...new Set(rows.map(({ workload }) => workload))];
  return [
    '# Kept perturbations against what they replace, at equal gradient evaluations',
    '',
    'Under the strong attack (PGD-50 from two starts, and the margin) on 500 examples each; differences to PGD with K steps are paired,',
    'with their standard errors.',
    '',
    '| workload | training attack | training loss, % | test loss, % | robust points | training loss | robust acc. % |',
    '|---|---|---|---|---|---|---|',
    ...workloads.flatMap((workload) =>
      PLANS.map(({ name }) =>
        line(
          rows.filter((row) => row.workload === workload),
          name,
        ),
      ),
    ),
    '',
    `${machineText(machine)}; \`${command}\``,
    '',
  ].join('\n');
}

function line(rows: readonly Row[], plan: string): string {
  const own = rows.filter((row) => row.plan === plan);
  const fullOf = (seed: number): Row => rows.find((row) => row.plan === FULL && row.seed === seed)!;
  const against = (figure: (row: Row, full: Row) => number): string =>
    meanWithError(
      own.map((row) => figure(row, fullOf(row.seed))),
      1,
    );
  const cells = [
    own[0].workload,
    plan,
    against((row, full) => 100 * (row.train_robust_loss / full.train_robust_loss - 1)),
    against((row, full) => 100 * (row.test_robust_loss / full.test_robust_loss - 1)),
    against((row, full) => 100 * (row.test_robust_acc - full.test_robust_acc)),
    mean(own.map((row) => row.train_robust_loss)).toFixed(3),
    mean(own.map((row) => 100 * row.test_robust_acc)).toFixed(1),
  ];
  return `| ${cells.join(' | ')} |`;
}

await study(...process.argv.slice(2));
