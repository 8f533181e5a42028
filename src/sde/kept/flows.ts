import type { KeptPerturbations } from '../../artifacts/sde-analysis/kept-perturbations.js';
import { createAscent } from '../attack/ascent.js';
import type { SgdModel } from '../model.js';
import { momentsOf } from '../simulation/simulate.js';
import { rateWithin, requireFinite } from '../simulation/rate-bounds.js';
import { keptModel, stepSizeOf, type KeptModel } from './kept-model.js';
import { meanLoss, strongAttack, type StrongAttack } from './strong-attack.js';
import { jointUpdate } from './update.js';

type Flow = KeptPerturbations['flows'][number];
type Scheme = Flow['scheme'];

/** Puts the perturbations of a state where an update takes the gradient, at its weights. */
type Perturb = (state: Float64Array) => void;

const SCHEMES: readonly Scheme[] = ['kept', 'restarted', 'danskin', 'frozen'];

/**
 * The mean field of adversarial SGD with kept perturbations, X <- X + D(X) update by update from the start, beside its variant
 * and its limits: perturbations that restart at 0 in every update (the scheme of Gu & Guo 2021), that are at their maximum at
 * all times (kappa to infinity: Danskin), and that stay at 0 (kappa to 0).
 *
 * @returns the section `kept` of the result
 * @throws E_INVALID for a model whose perturbations are not kept, or where the rate leaves its bounds; E_NOT_CONVERGED where a
 * flow diverges or a penalised ascent has no maximum
 *
 * @example
 * const { flows } = keptFlows(model);
 * flows[0].strong_loss.at(-1); // strong adversarial loss at the end of the flow with kept perturbations
 */
export function keptFlows(model: SgdModel): KeptPerturbations {
  const kept = keptModel(model);
  const { examples, probability } = kept.visits;
  const updates = Math.max(1, Math.floor(model.horizon / model.eta + 1e-9));
  const at = momentsOf(updates);
  const strong = strongAttack(kept);
  const section = {
    examples,
    visit_probability: probability,
    kappa: ratioOfRates(kept),
    times: at.map((n) => n * model.eta),
    flows: SCHEMES.map((scheme) => flowOf(kept, strong, scheme, at)),
  };
  return { ...section, sentences: sentencesOf(section) };
}

/** kappa: steps of a visit times visits of an example per unit of learning rate, at the start; null where the rate is 0 there. */
function ratioOfRates({ model, visits }: KeptModel): number | null {
  const { attack } = model.file;
  const rate = model.eta * rateWithin(model, 0, model.start);
  const steps = attack.type === 'none' ? 0 : attack.steps;
  return rate === 0 ? null : (stepSizeOf(attack) * steps * visits.probability) / rate;
}

function flowOf(kept: KeptModel, strong: StrongAttack, scheme: Scheme, at: readonly number[]): Flow {
  const { model, weights: w } = kept;
  const perturb = perturbations(kept, strong)[scheme];
  const move = meanUpdateOf(kept, scheme, perturb);
  const state = kept.start.slice();
  const flow: Flow = { scheme, weights: [], perturbation: [], training_loss: [], strong_loss: [] };
  const note = (): void => {
    const seen = state.slice();
    perturb(seen);
    flow.weights.push([...state.subarray(0, w)]);
    flow.perturbation.push(rootMeanSquare(seen.subarray(w), kept.visits.examples));
    flow.training_loss.push(meanLoss(kept, seen));
    flow.strong_loss.push(strong.loss(state));
  };
  note();
  for (let n = 1, next = 1; next < at.length; n += 1) {
    move(state, model.eta * rateWithin(model, (n - 1) * model.eta, state));
    requireFinite(state, `The mean field with ${WORDS[scheme]}`, n * model.eta);
    if (at[next] !== n) continue;
    note();
    next += 1;
  }
  return flow;
}

function perturbations(kept: KeptModel, strong: StrongAttack): Readonly<Record<Scheme, Perturb>> {
  return {
    kept: visitAll(kept),
    restarted: restartOf(kept),
    danskin: (state) => strong.converge(state),
    frozen: () => {},
  };
}

/** Moves the state by the mean of one update: of the joint process, or of weights that see perturbations of a scheme. */
function meanUpdateOf(kept: KeptModel, scheme: Scheme, perturb: Perturb): (state: Float64Array, rate: number) => void {
  const { weights: w, size, visits } = kept;
  if (scheme === 'kept') {
    const { mean } = jointUpdate(kept);
    const D = new Float64Array(size);
    return (state, rate) => {
      mean(state, rate, D);
      for (let m = 0; m < size; m += 1) state[m] += D[m];
    };
  }
  const gradient = new Float64Array(w);
  const sum = new Float64Array(w);
  return (state, rate) => {
    perturb(state);
    sum.fill(0);
    for (let i = 0; i < visits.examples; i += 1) {
      kept.gradientAt(state, i, gradient);
      for (let k = 0; k < w; k += 1) sum[k] += gradient[k];
    }
    for (let k = 0; k < w; k += 1) state[k] -= (rate / visits.examples) * sum[k];
  };
}

/** Moves every perturbation as a visit would. */
function visitAll(kept: KeptModel): Perturb {
  const { weights: w, inputs: d, visits } = kept;
  const [move, unused] = [new Float64Array(d), new Float64Array(w)];
  return (state) => {
    for (let i = 0; i < visits.examples; i += 1) {
      kept.visit(state, i, move, unused);
      for (let j = 0; j < d; j += 1) state[w + i * d + j] += move[j];
    }
  };
}

/** Puts every perturbation where the steps of one visit lead from 0. */
function restartOf({ model, rows, weights: w, inputs: d }: KeptModel): Perturb {
  const ascent = createAscent(model.loss, model.file.attack, model.file.label !== null);
  const perturbed = new Float64Array(model.law.data);
  return (state) =>
    rows.forEach((row, i) => {
      ascent.perturb(state, row, perturbed);
      state.set(ascent.perturbation, w + i * d);
    });
}

function rootMeanSquare(deltas: Float64Array, examples: number): number {
  return Math.sqrt(deltas.reduce((sum, value) => sum + value * value, 0) / examples);
}

const WORDS: Readonly<Record<Scheme, string>> = {
  kept: 'kept perturbations',
  restarted: 'perturbations that restart in every update',
  danskin: 'perturbations at their maximum (kappa to infinity)',
  frozen: 'perturbations that stay at 0 (kappa to 0)',
};

function sentencesOf({ examples, visit_probability: p, kappa, flows }: Omit<KeptPerturbations, 'sentences'>): string[] {
  const ends = flows.map(({ scheme, strong_loss: loss }) => `${short(loss[loss.length - 1])} with ${WORDS[scheme]}`);
  const [{ strong_loss: strong, training_loss: seen }] = flows;
  const last = strong.length - 1;
  return [
    `Each of ${examples} examples keeps its perturbation and is visited with probability ${short(p)} per update; the perturbations move ${kappa === null ? 'alone, because the rate is 0 at the start' : `at ${short(kappa)} times the rate of the weights at the start (kappa)`}.`,
    `Strong adversarial loss at the end of the mean field: ${ends.join('; ')}.`,
    hiddenSentence(seen[last], strong[last]),
  ];
}

/** A difference of this share of a loss is none. */
const NO_DIFFERENCE = 1e-6;

function hiddenSentence(seen: number, strong: number): string {
  const hidden = strong - seen;
  if (Math.abs(hidden) <= NO_DIFFERENCE * Math.abs(strong)) {
    return `Training sees the strong adversarial loss at the end: the perturbations are at their maximum.`;
  }
  return `Training sees ${short(seen)} at the end of it, where the strong attack finds ${short(strong)}: ${short(hidden)} is hidden by perturbations that are behind the weights, or at another maximum.`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(5)));
}
