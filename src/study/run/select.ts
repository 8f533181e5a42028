import { mean } from 'simple-statistics';
import { numberOf } from '../../artifacts/shared/log-number.js';
import { HjbLrError } from '../../errors.js';
import type { TaskContext } from '../../execution/manifest/run-task.js';
import type { StudyShared } from '../shared.js';
import type { ScoreResult, TaskInputs, TaskResults } from '../tasks.js';

/**
 * The setting of the lowest mean figure over the tuning seeds; one with a run that ended without a finite figure comes last. All of
 * their runs are charged.
 *
 * @throws E_NOT_CONVERGED where no setting has a finite figure
 */
export function selectTask(
  { shared, needs }: TaskContext,
  { settings, seeds }: TaskInputs['select'],
): TaskResults['select'] {
  const { figure } = shared as unknown as StudyShared;
  const scores = needs as unknown as readonly ScoreResult[];
  const figures = settings.map((_, i) => meanFigure(scores.slice(i * seeds, (i + 1) * seeds), figure));
  const best = figures.reduce<number>((at, value, i) => ((value ?? Infinity) < (figures[at] ?? Infinity) ? i : at), 0);
  if (figures[best] === null) {
    throw new HjbLrError('E_NOT_CONVERGED', 'No setting of the grid ended with a finite loss on the tuning seeds.', {
      remedy: 'Give the grid smaller rates.',
    });
  }
  const spent = scores.reduce((sum, score) => sum + score.run_grad_evals + score.spent, 0);
  return { setting: settings[best], figures, spent };
}

function meanFigure(scores: readonly ScoreResult[], figure: StudyShared['figure']): number | null {
  const average = mean(scores.map((score) => numberOf(score.scores[figure] ?? 'nan')));
  return Number.isFinite(average) ? average : null;
}
