import type { EvaluationOptions } from '../../artifacts/experiment/experiment.js';
import type { LogEvaluation } from '../../artifacts/training-log/training-log.js';
import type { TaskContext } from '../../execution/manifest/run-task.js';
import { modelKind, openEngine } from '../../training/engines/index.js';
import { divergedEvaluation, evaluate } from '../../training/evaluate.js';
import { openWorkload } from '../../training/experiment-record.js';
import { readWeights } from '../../training/saved-weights.js';
import { objectiveOf } from '../../workloads/index.js';
import { recordOf, type StudyShared } from '../shared.js';
import type { ScoreResult, TaskInputs, TrainResult } from '../tasks.js';
import { WEIGHTS } from './train.js';

/** Scores of the final weights of a run: the usual ones, and the robust accuracy under a strong attack where it is asked for. */
export async function scoreTask(context: TaskContext, input: TaskInputs['score']): Promise<ScoreResult> {
  const trained = context.needs[0] as unknown as TrainResult;
  const { run_grad_evals, spent } = trained;
  if (trained.status === 'diverged') return { ...divergedScore(context, input), run_grad_evals, spent };
  const score = await scorer(context, input);
  const { figure, scoring } = context.shared as unknown as StudyShared;
  const { train_examples, test_examples, strong } = scoring;
  const scores = score({ train_examples, test_examples }, figure === 'validation_robust_loss');
  const hardest =
    !input.strong || strong === null
      ? null
      : strongOf(
          score({ train_examples: 1, test_examples: strong.examples, attack: strong.attack }, false),
          strong.examples,
        );
  return { scores, strong: hardest, run_grad_evals, spent };
}

type Asked = Pick<EvaluationOptions, 'train_examples' | 'test_examples'> & Partial<EvaluationOptions>;

/** The weights of the run in a network, which may be scored several times. */
async function scorer(
  context: TaskContext,
  { record: name }: TaskInputs['score'],
): Promise<(asked: Asked, validation: boolean) => LogEvaluation> {
  const record = recordOf(context.shared, name, context.folder);
  const { experiment } = record;
  const workload = await openWorkload(record);
  const engine = await openEngine((context.shared as unknown as StudyShared).engine, modelKind(experiment));
  const { weights, statistics } = await readWeights(context.needBlob(0, WEIGHTS), workload.model);
  const network = engine.createNetwork(workload.model, workload.dataset, experiment.evaluation.batch_size);
  network.load(weights);
  if (statistics !== undefined) network.passes!.loadStatistics(statistics);
  const objective = objectiveOf(experiment, workload);
  return (asked, validation) =>
    evaluate(
      workload,
      network,
      { ...experiment.evaluation, ...asked },
      {
        update: experiment.horizon,
        objective: { ...objective, split: validation ? 'validation' : 'train' },
      },
    );
}

function strongOf({ attack = 'none', test_robust_acc }: LogEvaluation, examples: number): ScoreResult['strong'] {
  return { attack, robust_acc: test_robust_acc, examples };
}

function divergedScore({ shared }: TaskContext, input: TaskInputs['score']): Pick<ScoreResult, 'scores' | 'strong'> {
  const { scoring, records } = shared as unknown as StudyShared;
  const scores = divergedEvaluation(records[input.record].experiment.horizon);
  const { strong } = scoring;
  if (!input.strong || strong === null) return { scores, strong: null };
  return { scores, strong: { attack: 'none', robust_acc: 0, examples: strong.examples } };
}
