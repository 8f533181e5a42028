import { describe, test } from '@jest/globals';
import { classPriorLoss, type Dataset } from '../../src/workloads/index.js';
import { within } from '../helpers/within.js';

function labelled(classes: number, labels: readonly number[]): Dataset {
  const train = { count: labels.length, inputs: new Float32Array(labels.length), labels: Int32Array.from(labels) };
  return { name: '', sha256: '', inputShape: [1], classes, train, validation: train, test: train };
}

describe('the loss of the best constant prediction', () => {
  test.each([
    ['three classes of equal share: ln 3', 3, [0, 1, 2, 2, 1, 0], Math.log(3)],
    // -(3/4) ln(3/4) - (1/4) ln(1/4) = 0.562335.
    ['shares 3/4 and 1/4', 2, [0, 0, 0, 1], 0.5623351446188083],
    ['a class without an example counts for nothing', 3, [0, 0, 0, 1], 0.5623351446188083],
  ])('is the class-prior entropy: %s', (_name, classes, labels, entropy) => {
    within(classPriorLoss({ dataset: labelled(classes, labels) }), entropy, {
      rel: 1e-6,
      because: 'logits are float32',
    });
  });
});
