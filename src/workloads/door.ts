import type { EvaluationAttackSpec, TrainingAttackSpec } from '../artifacts/experiment/attacks.js';
import type { ExperimentFile } from '../artifacts/experiment/experiment.js';
import { HjbLrError, type Issue } from '../errors.js';
import { attackUnder, ballOf } from '../attacks/controls.js';
import type { KeptFields } from '../attacks/kept-fields.js';
import { attackNamed } from '../attacks/index.js';
import { lossNamed } from '../losses/index.js';
import { isTensorModel, type Model } from './models/model.js';
import type { Workload } from './workload.js';

/**
 * What no schema sees: whether the attacks, the training and the augmentation of an experiment fit its model and data.
 *
 * @throws E_INVALID with every place where they do not, and what to take instead
 */
export function checkAttacks(file: string, experiment: ExperimentFile, workload: Workload): void {
  const own = experiment.evaluation.attack;
  const issues = [
    ...attackIssues('workload.attack', workload.attack?.spec ?? null, workload),
    ...(own === undefined ? [] : attackIssues('evaluation.attack', own, workload)),
    ...lossIssues('workload.loss', workload.loss ?? 'cross_entropy', workload),
    ...trainingIssues(workload),
    ...augmentationIssues(workload),
    ...splitIssues(experiment, workload),
    ...gapIssues(experiment, workload),
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
  if (spec.type === 'strong') return noBall(path, workload);
  if (spec.type === 'best_of') {
    return spec.attacks.flatMap((one, i) => attackIssues(`${path}.attacks.${i}`, one, workload));
  }
  const { loss } = spec as { readonly loss?: string };
  return [
    ...(attackNamed(spec.type).needsLinearLogits ? nonlinearity(spec.type, workload.model) : []).map((message) => ({
      path: `${path}.type`,
      message,
    })),
    ...(loss === undefined ? [] : lossIssues(`${path}.loss`, loss, workload)),
  ];
}

/** Where there is an attack, but no ball in which a strong one could look. */
function noBall(path: string, { attack }: Workload): Issue[] {
  if (attack === null || (attack.spec !== null && ballOf(attackUnder(attack.spec, {})) !== null)) return [];
  const message = 'strong searches the ball of the training attack, which has none: name an attack with its radius';
  return [{ path: `${path}.type`, message }];
}

/** What a loss needs of the number of classes, where the data have fewer. */
function lossIssues(path: string, loss: string, { dataset: { classes } }: Workload): Issue[] {
  const { needs } = lossNamed(loss);
  if (needs === null || classes >= needs.classes) return [];
  return [{ path, message: `${loss} ${needs.because}, and there are ${classes} classes: ${needs.instead}` }];
}

/** Why the exact attack of linear models cannot be had. */
function nonlinearity(attack: string, model: Model): string[] {
  const remedy = 'take pgd';
  if (isTensorModel(model)) return [`${attack} needs a model described by its layers: ${remedy}`];
  const found = model.spec.layers.findIndex(({ type }) => ['relu', 'tanh', 'max_pool'].includes(type));
  if (found < 0) return [];
  return [
    `${attack} needs linear logits, and layer ${found} (${model.spec.layers[found].type}) is not linear: ${remedy}`,
  ];
}

/** Fields of descriptions that other trainings than the standard one do not take as they come. */
interface OfTraining extends KeptFields {
  readonly loss?: string;
  readonly steps?: unknown;
  readonly restarts?: number;
}

const NOT_KEPT = {
  trades: 'is not kept, but the input with a little noise: leave it out, or train by the standard rule, not',
  free: 'is not needed, for perturbations are carried from minibatch to minibatch: leave it out',
} as const;

function trainingIssues({ attack, training, loss = 'cross_entropy' }: Workload): Issue[] {
  if (training === undefined || training.type === 'standard') return [];
  const spec = attack?.spec ?? null;
  if (spec === null || ballOf(attackUnder(spec, {})) === null) {
    return [{ path: 'workload.attack', message: `${training.type} needs an attack on a ball: take pgd or fgsm` }];
  }
  const issues: Issue[] = [];
  const refuse = (field: string, message: string): void =>
    void issues.push({ path: `workload.${field}`, message: `${message} with ${training.type}` });
  const { loss: raised, steps = 1, restarts = 1, start } = spec as OfTraining;
  if (start === 'kept') refuse('attack.start', NOT_KEPT[training.type]);
  if (raised !== undefined) refuse('attack.loss', 'is not free: leave it out');
  if (training.type === 'trades' && loss !== 'cross_entropy') refuse('loss', 'must be cross_entropy');
  if (training.type === 'free' && (steps !== 1 || restarts !== 1)) {
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

function splitIssues({ objective }: ExperimentFile, workload: Workload): Issue[] {
  const { split } = { ...objective, ...workload.objective };
  if (split !== 'validation' || workload.dataset.validation.count > 0) return [];
  return [{ path: 'objective.split', message: 'there are no validation examples: set data.split.validation above 0' }];
}

function gapIssues({ measurements }: ExperimentFile, { attack }: Workload): Issue[] {
  if (attack !== null && attack.spec !== null && ballOf(attackUnder(attack.spec, {})) !== null) return [];
  const message = 'attack_gap needs a training attack on a ball, in which a fresh one can look: leave it out';
  return measurements.flatMap(({ type }, i) =>
    type === 'attack_gap' ? [{ path: `measurements.${i}.type`, message }] : [],
  );
}
