import type { AttackSpec, EvaluationAttackSpec } from '../artifacts/experiment/attacks.js';

/** An attack in words, as logs and reports name it. */
export function describeAttack(spec: EvaluationAttackSpec): string {
  switch (spec.type) {
    case 'pgd':
      return `PGD-${spec.steps} (${spec.norm}, eps ${spec.eps}, ${starts(spec)}${raised(spec)}${spec.keep === 'best' ? ', best point' : ''})`;
    case 'fgsm':
      return `FGSM (Linf, eps ${spec.eps}${spec.random_start ? ', random start' : ''}${raised(spec)})`;
    case 'penalised_ascent':
      return `penalised ascent, ${spec.steps} steps of rate ${spec.eta_i}, penalty ${spec.lambda}`;
    case 'linear_exact':
      return `exact worst case of a linear model (${spec.norm}, eps ${spec.eps})`;
    case 'best_of':
      return `the worst case of ${spec.attacks.map(describeAttack).join(' and ')}`;
  }
}

function starts({ restarts, random_start }: Extract<AttackSpec, { type: 'pgd' }>): string {
  return `${restarts} ${random_start ? 'random start' : 'start'}${restarts === 1 ? '' : 's'}`;
}

function raised({ loss }: { readonly loss?: string | undefined }): string {
  const names: Readonly<Record<string, string>> = { cross_entropy: 'cross-entropy', margin: 'margin', dlr: 'DLR' };
  return loss === undefined ? '' : `, ${names[loss]} loss`;
}
