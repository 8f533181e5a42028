import { gradientOf } from '../losses/index.js';
import { mean, median, norm } from '../math/vectors.js';
import { randomStream } from '../math/random.js';
import type { LabelledInputs, Network } from '../networks/network.js';
import { classPriorLoss, type Workload } from '../workloads/index.js';
import { drawIndices, gatherBatch, lossOf } from './minibatch.js';

/** Updates whose median loss counts as the loss of now. */
export const WINDOW = 20;

/** A run has left the constant predictions once its loss is below this share of the best one's. */
const LEFT = 0.9;

/** It is back at them from this share on. */
const BACK = 0.98;

/** A gradient below this share of its start has vanished. */
const VANISHED = 1e-6;

/** Fixed minibatches on which a suspicion is looked into. */
const BATCHES = 3;

/** Updates between two looks at most. */
const LONGEST_WAIT = 4 * WINDOW;

/** Gradient evaluations of one look. */
const COST = BATCHES;

/** How a run has collapsed: its loss, its gradient, or numbers that are not finite. */
export type Collapse = 'loss' | 'gradient' | 'not_finite';

/** What is remembered of a run so far, as JSON. */
export interface CollapseMemory {
  /** The last `WINDOW` minibatch losses. */
  readonly losses: readonly number[];
  /** Whether the run has left the constant predictions, and whether it is still away from them. */
  readonly left: boolean;
  readonly isAway: boolean;
  /** The first update that may be looked into again, and how long the wait after it is. */
  readonly nextLook: number;
  readonly wait: number;
  /** Norm of the gradient in the fixed inputs at the initial weights; null before it is asked for. */
  readonly startNorm: number | null;
}

export const NOTHING_SEEN: CollapseMemory = {
  losses: [],
  left: false,
  isAway: false,
  nextLook: 0,
  wait: WINDOW,
  startNorm: null,
};

/** What an update showed. */
export interface CollapseSight {
  readonly update: number;
  /** Minibatch loss at the perturbed points. */
  readonly loss: number;
  /** Whether loss, gradient and step were finite. */
  readonly isFinite: boolean;
  /** At which the next gradient will be taken. */
  readonly weights: Float32Array;
}

/** What is remembered now, the verdict, and what it cost in gradient evaluations. */
export interface CollapseVerdict {
  readonly memory: CollapseMemory;
  readonly collapse: Collapse | null;
  readonly cost: number;
}

/** Tells a collapsed network from one that learns slowly. */
export interface CollapseWatch {
  /** Examples of the minibatches of a look. */
  readonly batchSize: number;
  /** Pure but for the weights that the network has loaded. */
  see(memory: CollapseMemory, sight: CollapseSight): CollapseVerdict;
}

/**
 * A network has collapsed where it predicts the same for all inputs and cannot learn out of it. With H the loss of the best
 * constant prediction (`classPriorLoss`) and m the median of the last 20 minibatch losses at the perturbed points:
 *
 *     not_finite   the loss, the gradient or the step is not finite
 *     loss         m >= 0.98 H after it was below 0.9 H, and so is the mean loss on the clean inputs of three fixed minibatches
 *     gradient     m >= 0.98 H, and on them the gradient in the inputs is below 1e-6 of what it was at the initial weights
 *
 * A plateau near H that was not entered from below, on which inputs still matter, is none of these: such networks leave it by
 * themselves. The gradient in the inputs is what tells: where all rectifiers of a layer are off it is 0, while the biases of
 * the logits go on moving. An attack that grows along the run raises m over a network that is alive, hence the clean inputs.
 *
 * A look costs three gradient evaluations (three more at the first one, for the initial weights). Looks that find nothing are
 * 20, 40, 80, 80, ... updates apart.
 */
export function collapseWatch(
  workload: Workload,
  network: Network,
  options: { readonly seed: number; readonly batchSize: number; readonly initial: Float32Array },
): CollapseWatch {
  const constantLoss = classPriorLoss(workload);
  const look = looking(workload, network, options);
  return {
    batchSize: options.batchSize,
    see(memory, { update, loss, isFinite, weights }) {
      if (!isFinite) return { memory, collapse: 'not_finite', cost: 0 };
      const losses = [...memory.losses, loss].slice(-WINDOW);
      const now = losses.length < WINDOW ? null : median(losses);
      const isAway = now !== null && now < LEFT * constantLoss;
      const seen = { ...memory, losses, isAway };
      if (isAway) return { memory: { ...seen, left: true, wait: WINDOW }, collapse: null, cost: 0 };
      if (now === null || now < BACK * constantLoss || update < memory.nextLook) {
        return { memory: seen, collapse: null, cost: 0 };
      }
      const startNorm = memory.startNorm ?? look(options.initial).norm;
      const cost = memory.startNorm === null ? 2 * COST : COST;
      const found = look(weights);
      const collapse =
        found.norm < VANISHED * startNorm
          ? 'gradient'
          : memory.left && found.loss >= BACK * constantLoss
            ? 'loss'
            : null;
      const { wait } = memory;
      return {
        memory: { ...seen, startNorm, nextLook: update + wait, wait: Math.min(2 * wait, LONGEST_WAIT) },
        collapse,
        cost,
      };
    },
  };
}

/** Mean loss on the clean inputs of the fixed minibatches, and the norm of its gradient in them. */
function looking(
  workload: Workload,
  network: Network,
  { seed, batchSize }: { readonly seed: number; readonly batchSize: number },
): (weights: Float32Array) => { readonly loss: number; readonly norm: number } {
  const { train } = workload.dataset;
  const stream = randomStream(seed, 'collapse');
  const batches = Array.from({ length: BATCHES }, () =>
    gatherBatch(train, drawIndices(train.count, batchSize, stream)),
  );
  const ofBatch = ({ inputs, labels }: LabelledInputs): { loss: number; norm: number } => {
    const losses = new Float64Array(labels.length);
    const gradient = network.inputGradient(inputs, gradientOf(lossOf(workload), labels, losses, 1 / labels.length));
    return { loss: mean(losses), norm: norm(gradient) };
  };
  return (weights) => {
    network.load(weights);
    const found = batches.map(ofBatch);
    return { loss: mean(found.map(({ loss }) => loss)), norm: Math.max(...found.map((one) => one.norm)) };
  };
}
