import * as tf from '@tensorflow/tfjs';
import { HjbLrError, type Issue } from '../errors.js';
import { randomStream } from '../math/random.js';
import { notAWorkload, type ImportedWorkload } from './custom.js';
import { isTensorModel, type TensorModel } from './models/model.js';
import type { Workload } from './workload.js';

/**
 * Tries an imported workload on two of its training examples; where its model is written on tensors, needs an engine
 * that runs them.
 * @throws E_SHAPE if weights, logits or perturbed inputs have other shapes than they must; E_INVALID if the workload's
 * own code throws
 */
export function tryWorkload(workload: ImportedWorkload): void {
  const { file } = workload.module;
  let issues: Issue[] = [];
  try {
    tf.tidy(() => {
      issues = trialIssues(workload);
    });
  } catch (cause) {
    throw notAWorkload(file, `throws on its own training examples: ${(cause as Error).message}`, [], cause);
  }
  if (issues.length === 0) return;
  throw new HjbLrError('E_SHAPE', `The workload of ${file} computes other shapes than it must.`, {
    remedy: 'Correct these functions of the workload.',
    issues,
    fields: { file },
  });
}

function trialIssues({ dataset, model, attack }: Workload): Issue[] {
  // Layers are planned, and the library's attacks keep shapes: what tensors compute is all that can go wrong.
  return isTensorModel(model) ? tensorIssues(dataset, model, attack) : [];
}

function tensorIssues(dataset: Workload['dataset'], model: TensorModel, attack: Workload['attack']): Issue[] {
  const { inputShape, classes, train } = dataset;
  const n = Math.min(2, train.count);
  const width = train.inputs.length / train.count;
  const arrays = model.initialise(randomStream(0, 'trial'));
  const lengths = model.parameterShapes.map((shape) => tf.util.sizeFromShape([...shape]));
  const issues = differing('workload.model.initialise', [...arrays.map(({ length }) => length)], lengths);
  if (issues.length > 0) return issues;
  const weights = arrays.map((values, i) => tf.tensor(values, [...model.parameterShapes[i]]));
  const { shapes, initialise } = model.statistics ?? { shapes: [], initialise: () => [] };
  const running = initialise();
  const sizes = shapes.map((shape) => tf.util.sizeFromShape([...shape]));
  issues.push(...differing('workload.model.statistics.initialise', [...running.map(({ length }) => length)], sizes));
  if (issues.length > 0) return issues;
  const statistics = running.map((values, i) => tf.tensor(values, [...shapes[i]]));
  const moved: number[][] = [];
  const pass = {
    training: true,
    statistics,
    moveStatistics: (all: readonly tf.Tensor[]) => void moved.push(all.map(({ size }) => size)),
  };
  const inputs = tf.tensor(train.inputs.slice(0, n * width), [n, ...inputShape]);
  issues.push(...differing('workload.model.logits', model.logits(weights, inputs, pass).shape, [n, classes]));
  if (moved.length > 0) issues.push(...differing('workload.model.logits: moveStatistics', moved[0], sizes));
  if (attack === null || attack.spec !== null || issues.length > 0) return issues;
  const losses = (x: tf.Tensor): tf.Tensor1D => tf.sum(tf.square(model.logits(weights, x, pass)), 1);
  const kept = attack.start === 'kept' ? tf.zerosLike(inputs) : undefined;
  const perturbed = attack.perturb(losses, inputs, randomStream(0, 'trial'), kept);
  return differing('workload.attack.perturb', perturbed.shape, inputs.shape);
}

function differing(path: string, got: readonly number[], needed: readonly number[]): Issue[] {
  if (got.length === needed.length && got.every((side, i) => side === needed[i])) return [];
  const what =
    path.endsWith('initialise') || path.endsWith('moveStatistics') ? 'arrays of lengths' : 'a tensor of shape';
  return [{ path, message: `returns ${what} [${got.join(', ')}] and must return [${needed.join(', ')}]` }];
}
