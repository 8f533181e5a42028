import type { LogLook } from '../../artifacts/training-log/look.js';
import { logNumber } from '../../artifacts/shared/log-number.js';
import type { Network } from '../../networks/network.js';
import { decideStopping, type Look, type StoppingDecision, type StoppingPlan } from '../../stopping/index.js';
import type { SavedWeights } from '../saved-weights.js';
import type { ResolvedRun } from '../training-run.js';
import { evaluationsPerUpdate } from '../updates/index.js';
import { annealedWeights, type Annealed, type Trunk } from './anneal.js';
import { heldOutLoss } from './held-out.js';

/** The weights of the lowest held-out loss so far. */
export interface BestLook extends SavedWeights {
  readonly update: number;
  readonly loss: number;
}

/** What looks remember, for a checkpoint. */
export interface LooksState {
  readonly looks: readonly Look[];
  /** Of the minibatch losses since the last look. */
  readonly lossSum: number;
  readonly lossCount: number;
  readonly best: BestLook | null;
}

const NOTHING_SEEN: LooksState = { looks: [], lossSum: 0, lossCount: 0, best: null };

/** The looks of a run at its held-out loss: what they see, the weights they keep, and whether the run goes on. */
export class Looks {
  readonly #run: ResolvedRun;
  readonly #plan: StoppingPlan | null;
  #state: LooksState;

  constructor(run: ResolvedRun, resumed: LooksState | undefined) {
    this.#run = run;
    this.#plan = run.stopping;
    this.#state = resumed ?? NOTHING_SEEN;
  }

  get state(): LooksState {
    return this.#state;
  }

  /** The weights that the run returns; null where it never looks. */
  get best(): BestLook | null {
    return this.#state.best;
  }

  isDue(update: number): boolean {
    return this.#plan !== null && this.#plan.looks.includes(update);
  }

  /** The minibatch loss of an update. */
  see(loss: number): void {
    const { lossSum, lossCount } = this.#state;
    this.#state = { ...this.#state, lossSum: lossSum + loss, lossCount: lossCount + 1 };
  }

  /**
   * One look after an update, at the weights that the run would return: its own average, or those of an annealing that is
   * forked off. The network is left with other weights loaded.
   */
  take(network: Network, trunk: Trunk, output: Float32Array): LogLook {
    const { update } = trunk;
    const annealed_updates = this.#plan!.annealing(update);
    const { trainingLoss, ...candidate } = this.#candidate(network, trunk, output, annealed_updates);
    const loss = this.#lossOf(network, candidate);
    const isBest = loss < (this.best?.loss ?? Infinity);
    const looks = [...this.#state.looks, { update, trainingLoss, heldOutLoss: loss }];
    const best = isBest ? { ...candidate, update, loss } : this.best;
    this.#state = { ...NOTHING_SEEN, looks, best };
    return {
      type: 'look',
      update,
      annealed_updates,
      held_out_loss: logNumber(loss),
      training_loss: logNumber(trainingLoss),
      gap: logNumber(loss - trainingLoss),
      examples: this.#plan!.examples,
      best: isBest,
      ...this.#decide(looks),
      grad_evals: this.#plan!.cost + annealed_updates * evaluationsPerUpdate(this.#run.workload),
    };
  }

  #candidate(network: Network, trunk: Trunk, output: Float32Array, updates: number): Annealed {
    if (updates > 0) return annealedWeights(this.#run, network, trunk, updates);
    const statistics = network.passes?.statistics();
    const trainingLoss = this.#state.lossSum / this.#state.lossCount;
    return { weights: output.slice(), trainingLoss, ...(statistics === undefined ? {} : { statistics }) };
  }

  #lossOf(network: Network, { weights, statistics }: SavedWeights): number {
    const { workload } = this.#run;
    const own = network.passes?.statistics();
    if (statistics !== undefined) network.passes!.loadStatistics(statistics);
    network.load(weights);
    const loss = heldOutLoss(workload, network, this.#plan!.examples);
    if (own !== undefined) network.passes!.loadStatistics(own);
    return loss;
  }

  #decide(looks: readonly Look[]): StoppingDecision {
    const { update } = looks[looks.length - 1];
    const price = this.#run.method.stopping!.price_of_update;
    return decideStopping(looks, { price, updatesLeft: this.#plan!.updates - update });
  }
}
