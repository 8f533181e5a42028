import path from 'node:path';
import { objectiveSchema, pilotSchema, policyOptionsSchema, sgdSchema } from '../artifacts/experiment/experiment.js';
import type { TrainingAttackSpec } from '../artifacts/experiment/attacks.js';
import { readArtifact, writeArtifact, writeFileAtomic, type Artifact } from '../artifacts/files.js';
import { readAttack } from '../artifacts/run-facts.js';
import { createAttack } from '../attacks/create-attack.js';
import { HjbLrError } from '../errors.js';
import type { PlanStageOptions } from './plan-declaration.js';
import { plannedRuns, planPolicy, type PlannedRun } from './plan.js';

/** An experiment as its file has it. */
type Experiment = Artifact<'experiment'>;

/** `hjb-lr pilot --plan`: the identification runs as rates, for a trainer in any language. */
export async function planStage(options: PlanStageOptions) {
  const { out, experimentPath, seed = 1, spent = 0 } = options;
  const experiment = experimentPath === undefined ? null : await readArtifact('experiment', experimentPath);
  const training = await trainingOf(options, experiment);
  const { pilot, policy } = experiment ?? { pilot: pilotSchema.parse({}), policy: policyOptionsSchema.parse({}) };
  const { peak, horizon } = requireLengths(options, experiment);
  const ascent = training.attack === null ? 0 : createAttack(training.attack).gradientEvaluations;
  const { design, runs } = plannedRuns({
    ...{ peak, horizon, seed },
    pilot: { ...pilot, budget: Math.max(pilot.budget - spent / horizon, 1e-9) },
    warmupUpdates: Math.round(policy.warmup_fraction * horizon),
    cost: { update: 1 + ascent, observation: 0 },
  });
  const files = runs.map((run) => path.join(out, `${run.name}.csv`));
  for (const [i, run] of runs.entries()) {
    await writeFileAtomic(files[i], tableOf(run));
    await writeArtifact('policy', path.join(out, `${run.name}.policy.json`), planPolicy(run, training));
  }
  return {
    artifacts: files.flatMap((file) => [file, file.replace(/csv$/, 'policy.json')]),
    summary: [
      `peak ${peak}, ${horizon} updates: ${design.words}`,
      ...runs.map(describe),
      '',
      ...instructions(runs, training.attack),
    ],
    result: { design: design.kind, runs: runs.map(({ rates, ...run }) => ({ ...run, updates: rates.length })) },
  };
}

async function trainingOf({ attack, batchSize }: PlanStageOptions, experiment: Experiment | null) {
  const { workload, batch_size = 1, optimizer, objective = objectiveSchema.parse({}) } = experiment ?? {};
  const own = typeof workload === 'object' ? workload.attack : null;
  const given = attack === undefined ? own : await readAttack(attack);
  const sgd = sgdSchema.safeParse(optimizer ?? {});
  if (!sgd.success) throw refusal('The closures are of SGD; the experiment has another optimizer.', 'Set it to sgd.');
  return { optimizer: sgd.data, batchSize: batchSize ?? batch_size, attack: given, objective };
}

function requireLengths(
  { peak, horizon }: PlanStageOptions,
  experiment: Experiment | null,
): { peak: number; horizon: number } {
  const method = experiment?.pilot.peak;
  const lengths = {
    peak: peak ?? (method?.method === 'given' ? method.peak : undefined),
    horizon: horizon ?? (typeof experiment?.horizon === 'number' ? experiment.horizon : undefined),
  };
  if (lengths.peak !== undefined && lengths.horizon !== undefined)
    return { peak: lengths.peak, horizon: lengths.horizon };
  throw refusal(
    'A plan needs the peak rate and the number of updates of the full run.',
    'Give --peak RATE, a little below the largest rate that a short run stands, and --horizon UPDATES; ' +
      'hjb_lr.torch.Pilot reads the peak by D-Adaptation.',
  );
}

function refusal(sentence: string, remedy: string): HjbLrError {
  return new HjbLrError('E_USAGE', sentence, { remedy });
}

function tableOf({ rates }: PlannedRun): string {
  return ['update,lr', ...rates.map((rate, k) => `${k},${rate}`), ''].join('\n');
}

function describe({ name, seed, rates, shares }: PlannedRun): string {
  const beginning = shares === null ? '' : `, as ${shares.run} up to update ${shares.updates - 1}`;
  return `${name}: seed ${seed}, ${rates.length} updates${beginning}`;
}

/** How the runs are trained and logged. */
function instructions(runs: readonly PlannedRun[], attack: TrainingAttackSpec | null): string[] {
  const loss = attack === null ? 'train_loss' : 'train_robust_loss';
  const forks = runs.some(({ shares }) => shares !== null)
    ? [
        'Runs of one seed go on from one state: train them with the same weights, minibatches and attack noise, so that their losses agree',
        'to the last digit as long as their rates do; or keep the state before the update where they part, and go on from it.',
      ]
    : [];
  return [
    `Train each run with the rates of its file, rate k at update k, and log every update: update,lr,${loss}`,
    `(update 0, 1, 2, ...; ${loss}: the loss of the minibatch before the update, neither smoothed nor averaged).`,
    ...forks,
    `Then: hjb-lr import ${runs.map(({ name }) => `${name}.csv`).join(' ')} --batch-size N --optimizer sgd --attack ${attack === null ? 'none' : 'FILE'} --out logs`,
    '      hjb-lr estimate logs --horizon UPDATES --out fit; hjb-lr solve fit/coefficients.json --out fit',
  ];
}
