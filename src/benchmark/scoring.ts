import type { EvaluationAttackSpec } from '../artifacts/experiment/attacks.js';
import type { EvaluationOptions } from '../artifacts/experiment/experiment.js';
import { ballOf } from '../attacks/controls.js';
import { describeAttack } from '../attacks/describe.js';
import { scoringAttack } from '../attacks/evaluation.js';
import type { Workload } from '../workloads/index.js';

/** How final losses and accuracies are taken, in words. */
export function scoringSentence({ attack }: Workload, evaluation: EvaluationOptions): string {
  const { train_examples: train, test_examples: test } = evaluation;
  return `${scoredWith(attack, evaluation.attack)}, on at most ${train} fixed training and ${test} test examples`;
}

function scoredWith(attack: Workload['attack'], own: EvaluationAttackSpec | undefined): string {
  if (attack === null) return 'clean inputs (there is no attack)';
  if (own !== undefined) return `the attack that the experiment names for scoring (${describeAttack(own)})`;
  if (attack.spec === null) return "the workload's own attack";
  if (ballOf(scoringAttack(attack.spec)) === null) {
    return `the training attack itself, not PGD (${describeAttack(scoringAttack(attack.spec))}: it has no ball that PGD could search)`;
  }
  return describeAttack(scoringAttack(attack.spec));
}
