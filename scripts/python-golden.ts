import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { createAttack } from '../src/attacks/create-attack.js';
import { optimizerSchema } from '../src/artifacts/experiment/experiment.js';
import { writeFileAtomic } from '../src/artifacts/files.js';
import { prettyJson } from '../src/formats/pretty-json.js';
import { randomStream } from '../src/math/random.js';
import { clipStep, type ClipState } from '../src/schedules/index.js';
import { drawMoves, movedImages } from '../src/training/augmentation.js';
import { KeptPerturbations } from '../src/training/kept/kept-perturbations.js';
import { createOptimizer } from '../src/training/optimizers/index.js';
import type { Workload } from '../src/workloads/index.js';

const SHAPE = [4, 5, 2];
const EXAMPLES = 6;
const BATCH = 5;
const UPDATES = 30;

const rounded = (values: Iterable<number>): number[] => Array.from(values, (x) => Number(x.toPrecision(9)));

/** Kept perturbations of cropped and flipped images, of which some come twice: where every ascent starts and has ended. */
function keptPerturbations() {
  const stream = randomStream(3, 'python-golden/kept');
  const size = SHAPE.reduce((a, b) => a * b);
  const inputs = Float32Array.from({ length: EXAMPLES * size }, () => stream.uniform());
  const labels = new Int32Array(EXAMPLES);
  const attack = createAttack({ type: 'pgd', norm: 'Linf', eps: 0.1, start: 'kept', random_start: false });
  const dataset = { inputShape: SHAPE, train: { count: EXAMPLES, inputs, labels } };
  const kept = new KeptPerturbations({ dataset, attack } as unknown as Workload);
  const steps = Array.from({ length: 12 }, () => {
    const indices = Int32Array.from({ length: BATCH }, () => stream.integer(EXAMPLES));
    const moves = drawMoves(BATCH, { crop_padding: 2, horizontal_flip: true }, stream);
    const clean = new Float32Array(BATCH * size);
    indices.forEach((example, i) => clean.set(inputs.subarray(example * size, (example + 1) * size), i * size));
    const batch = { inputs: movedImages(clean, SHAPE, moves), labels: new Int32Array(BATCH), indices, moves };
    const start = kept.start(batch, attack, stream);
    const perturbed = batch.inputs.map((x, i) => x + 0.5 * start[i] + 0.05 * (stream.uniform() - 0.5));
    kept.keep(batch, perturbed);
    const delta = perturbed.map((x, i) => x - batch.inputs[i]);
    return { indices: [...indices], moves, start: rounded(start), delta: rounded(delta) };
  });
  return { shape: SHAPE, examples: EXAMPLES, steps };
}

/** Schedule-Free SGD with the ratchet clip on the gradient g_i = a_i y_i + sin(k + i), as sf7k has it: x after each update. */
function scheduleFree() {
  const spec = optimizerSchema.parse({ name: 'schedule_free', weight_update_power: 1, weight_decay: 0.01 });
  const clip = { kind: 'ratchet', gain: 0.05 } as const;
  const initial = Float32Array.from([1, -0.5, 0.25, 2]);
  const curvatures = [0.2, 1, 3, 0.05];
  const optimizer = createOptimizer(spec, { initial, updates: UPDATES, resumed: null } as never);
  let memory: ClipState = null;
  const rates = Array.from({ length: UPDATES }, (_, k) => 0.4 * Math.min(1, (k + 1) / 5));
  const xs = rates.map((rate, k) => {
    const y = optimizer.gradientPoint();
    const gradient = Float32Array.from(y, (value, i) => curvatures[i] * value + Math.sin(k + i));
    const norm = Math.hypot(...gradient);
    const clipped = clipStep(clip, memory, norm);
    memory = clipped.state;
    optimizer.step(gradient, { rate, clipFactor: clipped.factor, averagingWeight: null } as never);
    return rounded(optimizer.output());
  });
  return { initial: [...initial], curvatures, clip, optimizer: spec, rates, x: xs };
}

/** What the product gives, which the clients in other languages are held to. */
export function pythonGolden(): string {
  return prettyJson({ kept_perturbations: keptPerturbations(), schedule_free: scheduleFree() });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await writeFileAtomic(path.join('clients/python/tests', 'golden.json'), pythonGolden());
}
