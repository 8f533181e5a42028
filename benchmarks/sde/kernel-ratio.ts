import { median } from 'simple-statistics';
import { parseArtifact } from '../../src/artifacts/files.js';
import { fastStream, NORMAL_ARGUMENTS } from '../../src/math/fast-stream.js';
import { compileSgdModel, fuseIteration } from '../../src/sde/index.js';
import { benchmarkFile } from '../file.js';
import { apart, runRounds, speedRatio, timed, type Contender, type Spread } from '../solvers/rounds.js';
import { startYardsticks, type Timed, type Yardstick } from '../solvers/yardstick.js';

export interface KernelRatio {
  readonly kernel: string;
  readonly ratio: Spread;
  readonly floor: number;
  /** CPU nanoseconds of an update, medians. */
  readonly nanoseconds: Readonly<Record<string, number>>;
  /** Of the sum of the last weights from that of the yardstick, relative. */
  readonly difference: number;
  readonly compilers: readonly string[];
}

const ROUNDS = 15;
const [RUNS, UPDATES] = [1000, 1000];
const [K, C, MU, SIGMA, ETA_I, LAMBDA, START, RATE] = [7, 0.5, 0.2, 0.9, 0.15, 3, 2.2, 0.05];

/** The generated loop of real adversarial SGD in one dimension against the same loop in C++, B = 1, K = 7, exact normals. */
export async function kernelRatio(): Promise<KernelRatio> {
  const yardsticks = startLoops();
  const contenders: Contender[] = [
    { name: 'generated', run: await generatedLoop() },
    ...yardsticks.map(({ compiler, run }) => ({ name: compiler, run: () => run(`${RUNS} ${UPDATES}`) })),
  ];
  const rounds = await runRounds(contenders, ROUNDS);
  yardsticks.forEach(({ end }) => end());
  const names = yardsticks.map(({ compiler }) => compiler);
  return {
    kernel: 'adversarial SGD, one weight, B = 1, K = 7, exact normals',
    ratio: speedRatio(rounds, 'generated', names),
    floor: 0.5,
    nanoseconds: Object.fromEntries(
      Object.entries(rounds.seconds).map(([name, seconds]) => [name, median([...seconds]) * (1e9 / (RUNS * UPDATES))]),
    ),
    difference: Math.max(...names.map((name) => apart(rounds.checksums[name], rounds.checksums.generated))),
    compilers: yardsticks.map(({ version }) => version),
  };
}

async function generatedLoop(): Promise<() => Timed> {
  const model = await compileSgdModel(
    parseArtifact(
      'sgd_model',
      {
        ...{ kind: 'sgd_model', schema_version: '1.0.0', weights: ['theta'], inputs: ['x'], parameters: { c: C } },
        ...{ loss: 'c*(theta - x)^2', data: { gaussian: { mean: [MU], covariance: [[SIGMA * SIGMA]] } } },
        attack: { type: 'penalised_ascent', steps: K, eta_i: ETA_I, lambda: LAMBDA },
        ...{ eta: 0.1, batch_size: 1, horizon: 100, start: { theta: START } },
      },
      'model.json',
    ),
  );
  const iteration = fuseIteration(model);
  const stream = fastStream(0, 'benchmark');
  const rates = new Float64Array(UPDATES).fill(RATE);
  const theta = new Float64Array(1);
  return () =>
    timed(() => {
      let sum = 0;
      for (let run = 0; run < RUNS; run += 1) {
        theta[0] = START;
        iteration.run(theta, rates, 0, UPDATES, stream);
        sum += theta[0];
      }
      return sum;
    });
}

function startLoops(): readonly Yardstick[] {
  const { ends, shares } = NORMAL_ARGUMENTS;
  const numbers = Float64Array.of(C, MU, SIGMA, ETA_I, LAMBDA, START, RATE, ...ends, ...shares);
  const head = Int32Array.of(K, 0, ...fastStream(0, 'benchmark').words);
  const tables = Buffer.concat([Buffer.from(head.buffer), Buffer.from(numbers.buffer)]);
  return startYardsticks(benchmarkFile('sde/yardstick.cpp'), tables);
}
