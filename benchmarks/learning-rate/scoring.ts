import type { AttackSpec, EvaluationOptions } from '../../src/artifacts/experiment.js';
import { scoringAttack, type Workload } from '../../src/workloads/index.js';

/** How final losses and accuracies are taken, in words. */
export function scoringSentence({ attack }: Workload, evaluation: EvaluationOptions): string {
  const { train_examples: train, test_examples: test } = evaluation;
  return `${scoredWith(attack, evaluation.attack)}, on at most ${train} fixed training and ${test} test examples`;
}

function scoredWith(attack: Workload['attack'], own: AttackSpec | undefined): string {
  if (attack === null) return 'clean inputs (there is no attack)';
  if (own !== undefined) return `the attack that the experiment names for scoring (${described(own)})`;
  if (attack.spec === null) return "the workload's own attack";
  if (attack.spec.type === 'penalised_ascent') {
    return `the training attack itself, not PGD (${described(attack.spec)}: it has no ball that PGD could search)`;
  }
  return described(scoringAttack(attack.spec));
}

function described(spec: AttackSpec): string {
  switch (spec.type) {
    case 'pgd':
      return `PGD-${spec.steps} (${spec.norm}, eps ${spec.eps}, ${spec.restarts} ${spec.random_start ? 'random start' : 'start'}${spec.restarts === 1 ? '' : 's'})`;
    case 'fgsm':
      return `FGSM (Linf, eps ${spec.eps})`;
    case 'penalised_ascent':
      return `penalised ascent, ${spec.steps} steps of rate ${spec.eta_i}, penalty ${spec.lambda}`;
  }
}
