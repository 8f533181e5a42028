import type { Robustness } from '../../artifacts/sde-analysis/sde-studies.js';
import type { Issue } from '../../errors.js';
import { refuseOptions } from '../door-studies.js';
import { compileSgdModel, type SgdModel, type SgdModelOptions } from '../model.js';
import { refuseKept } from '../restarted-alone.js';
import { flowOf } from './flow.js';
import { testAttackOf } from './test-attacks.js';

const sqrt = Math.sqrt;

export interface RobustnessOptions extends SgdModelOptions {
  /** Budgets of the attack that tests; of the model's own 0, 1/2, 1 and 2 times its own by default. */
  readonly eps?: readonly number[];
}

/** Times that are kept, the start aside. */
const MOMENTS = 30;

/**
 * The gradient flows that robustness is seen from (Gu & Guo 2021): theta' = -u hbar of adversarial SGD beside that of SGD
 * without attack, from the same start and at the same rate. Along both: the weights, the root of E |grad_x l|^2, and the
 * loss under an attack at several budgets.
 *
 * @param options - folder, seed and samples as the model was compiled with
 * @returns the section `robustness` of the result
 * @throws E_INVALID for a budget that is not a number of at least 0, and what the fields throw; E_NOT_CONVERGED where a flow diverges
 *
 * @example
 * const { sgd, adversarial } = await robustness(model, { eps: [0.3] });
 * adversarial.adversarial_loss[0].at(-1)! < sgd.adversarial_loss[0].at(-1)!; // true where training against the attack pays
 */
export async function robustness(model: SgdModel, options: RobustnessOptions = {}): Promise<Robustness> {
  refuseKept(model, 'robustness', 'Leave --robustness out, or write "start": "zero".');
  const attack = testAttackOf(model.file);
  const { eps = attack.budgets, ...how } = options;
  refuseOptions('the robustness', epsIssues(eps));
  const tests = await Promise.all(eps.map((budget) => compileSgdModel(attack.at(budget), how)));
  const clean = await compileSgdModel({ ...model.file, attack: { type: 'none' } }, how);
  const along = (flow: readonly Float64Array[]) => ({
    weights: flow.map((theta) => [...theta]),
    input_gradient: flow.map((theta) => sqrt(inputGradientSquare(clean, theta))),
    clean_loss: flow.map((theta) => clean.cleanLoss(theta)),
    adversarial_loss: tests.map((test) => flow.map((theta) => test.adversarialLoss(theta))),
  });
  const section = {
    attack: attack.words,
    eps: [...eps],
    times: Array.from({ length: MOMENTS + 1 }, (_, k) => (k * model.horizon) / MOMENTS),
    sgd: along(flowOf(clean, MOMENTS)),
    adversarial: along(flowOf(model, MOMENTS)),
  };
  return { ...section, sentences: sentencesOf(section) };
}

function epsIssues(eps: readonly number[]): Issue[] {
  const issues = eps.flatMap((value, k): Issue[] =>
    value >= 0 && value < Infinity
      ? []
      : [{ path: `eps.${k}`, message: `must be a number of at least 0, got ${value}` }],
  );
  return eps.length > 0 ? issues : [{ path: 'eps', message: 'must hold a number' }];
}

/** E |grad_x l|^2 at the clean inputs. */
function inputGradientSquare({ fields, loss }: SgdModel, theta: Float64Array): number {
  const gradient = new Float64Array(loss.inputs);
  const square = (sample: Float64Array): number => {
    loss.inputGradient(theta, sample, gradient);
    return gradient.reduce((sum, value) => sum + value * value, 0);
  };
  return fields.mean(theta, square).values[0];
}

function sentencesOf({ eps, times, sgd, adversarial }: Omit<Robustness, 'sentences'>): string[] {
  const end = times.length - 1;
  const isMoving = areMoving(eps, sgd, adversarial);
  const when = isMoving ? ' at this time' : '';
  const pair = (what: string, ours: number, theirs: number): string =>
    `${what} is ${digits(ours)} on the flow of adversarial SGD against ${digits(theirs)} on that of SGD (${change(ours, theirs)}${when})`;
  return [
    `At the end ${pair('the root mean square input gradient', adversarial.input_gradient[end], sgd.input_gradient[end])}.`,
    ...eps.map(
      (budget, k) =>
        `At the end ${pair(`the loss at eps = ${digits(budget)}`, adversarial.adversarial_loss[k][end], sgd.adversarial_loss[k][end])}.`,
    ),
    `At the end ${pair('the clean loss', adversarial.clean_loss[end], sgd.clean_loss[end])}.`,
    ...(isMoving ? [SPEED] : []),
  ];
}

const SPEED =
  'The flows have not come to rest: these differences are of the same time, not of what the flows come to, and may be speed alone. Take a longer horizon.';

/** Share of the run at its end, and share of a difference that a flow may still cover in it, beyond which it counts as moving. */
const [END, MOVING] = [0.1, 0.1];

/**
 * Whether either flow still changes by a tenth of their difference in the last tenth of the run: flows of different speed differ
 * at every time before they rest, whatever they come to.
 */
function areMoving(eps: readonly number[], sgd: Robustness['sgd'], adversarial: Robustness['sgd']): boolean {
  return eps.some((_, k) => {
    const [ours, theirs] = [adversarial.adversarial_loss[k], sgd.adversarial_loss[k]];
    const end = ours.length - 1;
    const before = Math.floor((1 - END) * end);
    const apart = Math.abs(ours[end] - theirs[end]);
    return [ours, theirs].some((losses) => apart > 0 && Math.abs(losses[end] - losses[before]) > MOVING * apart);
  });
}

function change(ours: number, theirs: number): string {
  if (theirs === 0) return ours === 0 ? 'equal' : 'higher';
  const percent = 100 * (ours / theirs - 1);
  if (Math.abs(percent) < 0.005) return 'equal';
  return `${digits(Math.abs(percent))} % ${percent < 0 ? 'lower' : 'higher'}`;
}

function digits(value: number): string {
  return String(Number(value.toPrecision(4)));
}
