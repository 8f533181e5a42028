import type { Objective } from '../artifacts/experiment/experiment.js';
import type { DecidedBy, DecidingFigure } from '../artifacts/results/results.js';

/**
 * What ranks the methods: the final loss of the objective's metric and split, on fixed examples. For an integral
 * objective it is the mean over the run of the minibatch losses, where every run logs them: those of the updates
 * themselves. A clean loss beside an attack, or a validation loss, is taken only for schedules that look at it, so that
 * the final loss is compared there, and the note says so.
 */
export function decidingFigure(objective: Objective, attacked: boolean): DecidedBy {
  const words = lossName(objective, attacked);
  const final: DecidedBy = { figure: finalFigure(objective), words: `final ${words}`, note: null };
  if (objective.form === 'terminal') return final;
  if (isUpdatesOwn(objective, attacked)) {
    return { figure: 'run_mean_loss', words: `mean ${words} over the run`, note: null };
  }
  const note = `The objective is the mean ${words} over the run, which runs that look at no loss do not log: the final loss is what is compared.`;
  return { ...final, note };
}

function finalFigure({ metric, split }: Objective): DecidingFigure {
  if (split === 'validation') return metric === 'clean' ? 'validation_loss' : 'validation_robust_loss';
  return metric === 'clean' ? 'train_loss' : 'train_robust_loss';
}

/** Without an attack there is one loss alone, which needs no name. */
function lossName({ metric, split }: Objective, attacked: boolean): string {
  const kind = attacked ? `${metric} ` : '';
  return split === 'validation' ? `${kind}loss on validation data` : `${kind}training loss`;
}

/** Whether the objective's minibatch loss is that of the update, which every run logs. */
function isUpdatesOwn({ metric, split }: Objective, attacked: boolean): boolean {
  return split === 'train' && (metric === 'adversarial' || !attacked);
}
