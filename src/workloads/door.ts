import type { EvaluationAttackSpec, TrainingAttackSpec } from '../artifacts/experiment/attacks.js';
import type { Experiment } from '../artifacts/experiment/experiment.js';
import { HjbLrError, type Issue } from '../errors.js';
import { DLR_CLASSES } from '../losses/index.js';
import { isTensorModel, type Model, type Workload } from './workload.js';

/**
 * What no schema sees: whether the attacks, the training and the augmentation of an experiment fit its model and data.
 *
 * @throws E_INVALID with every place where they do not, and what to take instead
 */
export function checkAttacks(file: string, experiment: Experiment, workload: Workload): void {
  const own = experiment.evaluation.attack;
  const issues = [
    ...attackIssues('workload.attack', workload.attack?.spec ?? null, workload),
    ...(own === undefined ? [] : attackIssues('evaluation.attack', own, workload)),
    ...trainingIssues(workload),
    ...augmentationIssues(workload),
    ...splitIssues(experiment, workload),
  ];
  if (issues.length === 0) return;
  throw new HjbLrError('E_INVALID', `Parts of ${file} do not fit together.`, {
    remedy: 'Correct these fields.',
    issues,
    fields: { file },
  });
}

type AnyAttackSpec = TrainingAttackSpec | EvaluationAttackSpec;

function attackIssues(path: string, spec: AnyAttackSpec | null, workload: Workload): Issue[] {
  if (spec === null) return [];
  switch (spec.type) {
    case 'best_of':
      return spec.attacks.flatMap((one, i) => attackIssues(`${path}.attacks.${i}`, one, workload));
    case 'linear_exact':
      return nonlinearity(workload.model).map((message) => ({ path: `${path}.type`, message }));
    case 'penalised_ascent':
      return [];
    default:
      return spec.loss === 'dlr' ? dlrIssues(`${path}.loss`, workload) : [];
  }
}

function dlrIssues(path: string, { dataset }: Workload): Issue[] {
  if (dataset.classes >= DLR_CLASSES) return [];
  const message = `dlr divides by the distance of the first logit to the third, and there are ${dataset.classes} classes: take margin`;
  return [{ path, message }];
}

/** Why the exact attack of linear models cannot be had. */
function nonlinearity(model: Model): string[] {
  const remedy = 'take pgd';
  if (isTensorModel(model)) return [`linear_exact needs a model described by its layers: ${remedy}`];
  const found = model.spec.layers.findIndex(({ type }) => type === 'relu' || type === 'max_pool');
  if (found < 0) return [];
  return [
    `linear_exact needs linear logits, and layer ${found} (${model.spec.layers[found].type}) is not linear: ${remedy}`,
  ];
}

function trainingIssues({ attack, training, loss = 'cross_entropy' }: Workload): Issue[] {
  if (training === undefined || training.type === 'standard') return [];
  const spec = attack?.spec ?? null;
  if (spec === null || spec.type === 'penalised_ascent') {
    return [{ path: 'workload.attack', message: `${training.type} needs an attack on a ball: take pgd or fgsm` }];
  }
  const issues: Issue[] = [];
  const refuse = (field: string, message: string): void =>
    void issues.push({ path: `workload.${field}`, message: `${message} with ${training.type}` });
  if (spec.loss !== undefined) refuse('attack.loss', 'is not free: leave it out');
  if (training.type === 'trades' && loss !== 'cross_entropy') refuse('loss', 'must be cross_entropy');
  if (training.type === 'free' && spec.type === 'pgd' && (spec.steps !== 1 || spec.restarts !== 1)) {
    refuse('attack', 'moves once in each replay: take fgsm, or pgd of one step and one start,');
  }
  return issues;
}

function augmentationIssues({ augmentation, dataset }: Workload): Issue[] {
  if (augmentation === undefined || dataset.inputShape.length === 3) return [];
  const shape = dataset.inputShape.join(', ');
  const message = `needs images [height, width, channels], and the inputs have the shape [${shape}]: leave it out`;
  return [{ path: 'workload.augmentation', message }];
}

function splitIssues({ objective }: Experiment, workload: Workload): Issue[] {
  const { split } = { ...objective, ...workload.objective };
  if (split !== 'validation' || workload.dataset.validation.count > 0) return [];
  return [{ path: 'objective.split', message: 'there are no validation examples: set data.split.validation above 0' }];
}
