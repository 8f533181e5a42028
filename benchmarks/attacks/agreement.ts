import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { mean, sampleVariance } from 'simple-statistics';
import { dataSchema } from '../../src/artifacts/experiment/experiment.js';
import { randomStream } from '../../src/math/random.js';
import { openEngine, type Engine } from '../../src/training/engines/index.js';
import { drawIndices, gatherBatch, lossAndGradient, perturbInputs } from '../../src/training/minibatch.js';
import { concatenated } from '../../src/training/weights.js';
import { outcomesAt } from '../../src/training/worst-case.js';
import { createAttack } from '../../src/attacks/create-attack.js';
import { createModel, type Dataset } from '../../src/workloads/index.js';
import type { LabelledInputs, Network } from '../../src/networks/network.js';
import { loadDataset } from '../../src/workloads/datasets/index.js';
import { LOSSES } from '../../src/losses/index.js';
import { machineText, thisMachine, type Machine } from '../machine.js';
import { ATTACKS, CASES, type Case } from './cases.js';

/** Images of the test split that are attacked. */
const IMAGES = 2000;
const BATCH = 100;
/** Of an attack with a random start, so many are compared by their means. */
const STARTS = 5;
/** Aim: robust accuracies differ by no more than this, in points. */
const AIM = 0.2;
const LOSS = LOSSES.cross_entropy;

interface Row {
  readonly model: string;
  readonly attack: string;
  /** Accuracies in per cent. */
  readonly ours: number;
  readonly torchattacks: number;
  /** Standard error of the difference of the means over starts; 0 where nothing is random. */
  readonly standard_error: number;
  /** Images that one attack breaks and the other does not: the first starts. */
  readonly disagreeing: number;
}

interface TorchAnswer {
  readonly versions: Readonly<Record<string, string>>;
  readonly largest_logit: number;
  readonly logits: readonly number[];
  /** 1 where misclassified, for each start of each attack. */
  readonly wrong: Readonly<Record<string, readonly (readonly number[])[]>>;
}

/**
 * Robust accuracy on the same weights and images, by our attacks and by torchattacks on PyTorch.
 *   npx tsx benchmarks/attacks/agreement.ts PYTHON   (with torch and torchattacks); stores results/agreement.*
 */
async function agreement(python: string): Promise<void> {
  const engine = await openEngine('auto', 'convolutional');
  const rows: Row[] = [];
  let versions: TorchAnswer['versions'] = {};
  let logitDifference = 0;
  for (const one of CASES) {
    const { network, weights, examples } = await trained(engine, one);
    const answer = torchAnswer(python, one, weights, examples);
    versions = answer.versions;
    const logits = inBatches(examples, (batch) => [...network.logits(batch.inputs)]);
    const apart = logits.reduce((most, z, i) => Math.max(most, Math.abs(z - answer.logits[i])), 0);
    logitDifference = Math.max(logitDifference, apart / answer.largest_logit);
    rows.push(...compared(one, network, examples, answer.wrong));
    network.dispose();
  }
  store({
    machine: thisMachine(),
    engine: engine.info,
    versions,
    logit_difference: logitDifference,
    images: IMAGES,
    rows,
  });
}

function compared(one: Case, network: Network, examples: LabelledInputs, wrong: TorchAnswer['wrong']): Row[] {
  return Object.entries({ 'no attack': null, ...ATTACKS }).map(([name, spec]) => {
    const stream = randomStream(1, `agreement/${name}`);
    const attack = spec === null ? null : createAttack(spec);
    const ours = wrong[name].map(() =>
      inBatches(examples, (batch) => {
        const inputs = perturbInputs(network, batch, { loss: LOSS, attack, stream });
        return [...outcomesAt(network, { inputs, labels: batch.labels }, LOSS).wrong];
      }),
    );
    const [own, theirs] = [ours, wrong[name]].map((starts) => starts.map(percentRight));
    return {
      model: one.name,
      attack: name,
      ours: mean(own),
      torchattacks: mean(theirs),
      standard_error: own.length < 2 ? 0 : Math.sqrt((sampleVariance(own) + sampleVariance(theirs)) / own.length),
      disagreeing: ours[0].filter((value, i) => value !== wrong[name][0][i]).length,
    };
  });
}

function percentRight(wrong: readonly number[]): number {
  return (100 * wrong.filter((value) => value === 0).length) / wrong.length;
}

function inBatches(examples: LabelledInputs, compute: (batch: LabelledInputs) => number[]): number[] {
  return Array.from({ length: examples.labels.length / BATCH }, (_, i) =>
    compute(
      gatherBatch(
        examples,
        Int32Array.from({ length: BATCH }, (__, j) => i * BATCH + j),
      ),
    ),
  ).flat();
}

/** A network after a short adversarial training: attacked, it is neither perfect nor hopeless. */
async function trained(engine: Engine, { inputShape, layers, updates, rate }: Case) {
  const dataset = await fashion(inputShape);
  const model = createModel({ layers: [...layers] }, inputShape, 10);
  const network = engine.createNetwork(model, { inputShape, classes: 10 }, BATCH);
  const weights = concatenated(model.initialise(randomStream(1, 'init')));
  const attack = createAttack({ type: 'fgsm', eps: 0.1 });
  const [batches, noise] = [randomStream(1, 'batches'), randomStream(1, 'attack')];
  for (let update = 0; update < updates; update += 1) {
    network.load(weights);
    const batch = gatherBatch(dataset.train, drawIndices(dataset.train.count, BATCH, batches));
    const inputs = perturbInputs(network, batch, { loss: LOSS, attack, stream: noise });
    const { gradient } = lossAndGradient(network, { inputs, labels: batch.labels }, LOSS);
    const left = rate * Math.min(1, (2 * (updates - update)) / updates);
    for (let i = 0; i < weights.length; i += 1) weights[i] -= left * gradient[i];
  }
  network.load(weights);
  const { inputs, labels } = dataset.test;
  return { network, weights, examples: { inputs: inputs.slice(0, IMAGES * 784), labels: labels.slice(0, IMAGES) } };
}

async function fashion(inputShape: readonly number[]): Promise<Dataset> {
  const data = await loadDataset(dataSchema.parse({ format: 'builtin', name: 'fashion-mnist' }), {
    baseDirectory: '.',
  });
  return { ...data, inputShape };
}

/** The same weights and images through PyTorch. */
function torchAnswer(
  python: string,
  one: Case,
  weights: Float32Array,
  { inputs, labels }: LabelledInputs,
): TorchAnswer {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'hjb-lr-agreement-'));
  const file = (name: string): string => path.join(folder, name);
  try {
    writeFileSync(file('weights'), weights);
    writeFileSync(file('inputs'), inputs);
    writeFileSync(file('labels'), labels);
    writeFileSync(file('case.json'), JSON.stringify({ ...one, attacks: ATTACKS, batch: BATCH, starts: STARTS }));
    const script = fileURLToPath(new URL('torch_agreement.py', import.meta.url));
    execFileSync(python, [script, folder], { stdio: ['ignore', 'inherit', 'inherit'] });
    return JSON.parse(readFileSync(file('answer.json'), 'utf8')) as TorchAnswer;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Stored {
  readonly machine: Machine;
  readonly engine: Engine['info'];
  readonly versions: TorchAnswer['versions'];
  readonly logit_difference: number;
  readonly images: number;
  readonly rows: readonly Row[];
}

function store(results: Stored): void {
  const at = (name: string): string => fileURLToPath(new URL(`./results/${name}`, import.meta.url));
  writeFileSync(at('agreement.results.json'), `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(at('agreement.md'), markdown(results));
  process.stdout.write(markdown(results));
}

function markdown({ machine, engine, versions, logit_difference, images, rows }: Stored): string {
  const lines = rows.map(({ model, attack, ours, torchattacks, standard_error, disagreeing }) => {
    const difference = `${(ours - torchattacks).toFixed(2)}${standard_error > 0 ? ` ± ${standard_error.toFixed(2)}` : ''}`;
    return `| ${model} | ${attack} | ${ours.toFixed(2)} | ${torchattacks.toFixed(2)} | ${difference} | ${disagreeing} |`;
  });
  const worst = Math.max(...rows.map(({ ours, torchattacks }) => Math.abs(ours - torchattacks)));
  const tools = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `# Robust accuracy by our attacks and by torchattacks, same weights

${images} test images of Fashion-MNIST, radius 0.1 (Linf) and 1 (L2), steps of 2.5 eps / steps; per cent. Largest difference
${worst.toFixed(2)} points (aim: ${AIM}). Logits agree to ${logit_difference.toExponential(1)} of the largest. Random starts are other numbers on the two
sides: accuracies are means over ${STARTS} of them, with the standard error of their difference. "Apart" counts images that one
side breaks and the other does not, in the first start.

| model | attack | ours | torchattacks | difference | apart |
|---|---|---|---|---|---|
${lines.join('\n')}

Engine ${engine.engine} (${engine.backend}, ${engine.kernel}, ${engine.version}); ${tools.join(', ')}; ${machineText(machine)}.
`;
}

await agreement(process.argv[2] ?? 'python3');
