import { problemFault } from './faults.js';
import type { Discretization } from './node-model.js';
import { withoutStraight, type PointCoefficients } from './coefficients-at.js';

/** What changes the coefficients of a level beside the problem's own functions. */
export interface LevelInput {
  readonly t: number;
  /** Change of the slope of face a along axis b, given or of the level before: slopeChange[(node * states + a) * states + b]; null without. */
  readonly slopeChange: Float64Array | null;
  /** dV/dz, for (theta/2) V_z' S V_z linearised there; null for a neutral criterion. */
  readonly gradient: Float64Array | null;
}

type Sample = PointCoefficients;

/**
 * Reads the coefficients at a node under one control into `sample`, checked, with what risk and sloping faces add.
 * @throws E_INVALID naming the node where one is not finite, the covariance is not positive semidefinite, or a natural
 * face can be crossed
 */
export function sampleAt(
  d: Discretization,
  input: LevelInput,
  node: number,
  u: readonly number[],
  scenario: number,
  sample: Sample,
): void {
  d.read(input.t, d.x[node], u, scenario, d.faces[node], sample);
  requireFinite(d, node, input.t, u, sample);
  requireSemidefinite(d, node, input.t, u, sample);
  requireFaces(d, node, input.t, u, sample);
  if (input.gradient !== null) addRisk(d, input.gradient, node, sample);
  if (input.slopeChange !== null) addSlopes(d, input.slopeChange, node, sample);
  withoutStraight(sample, d.faces[node]);
}

/** (theta/2) V_z' S V_z linearised at the gradient p: drift theta S p, cost -(theta/2) p' S p. */
function addRisk(d: Discretization, gradient: Float64Array, node: number, sample: Sample): void {
  const n = d.states;
  const theta = d.problem.risk!;
  for (let a = 0; a < n; a += 1) {
    for (let b = 0; b < n; b += 1) {
      const s = theta * sample.covariance[a * n + b];
      sample.drift[a] += s * gradient[node * n + b];
      sample.cost -= (s / 2) * gradient[node * n + a] * gradient[node * n + b];
    }
  }
}

/** V_ab at a face whose slope along a is given, or known from the level before: the change of that slope along b. */
function addSlopes(d: Discretization, slopeChange: Float64Array, node: number, sample: Sample): void {
  const n = d.states;
  for (let a = 0; a < n; a += 1) {
    for (let b = 0; b < n; b += 1) {
      if (a !== b) sample.cost += sample.covariance[a * n + b] * slopeChange[(node * n + a) * n + b];
    }
  }
}

function requireFinite(d: Discretization, node: number, t: number, u: readonly number[], sample: Sample): void {
  let sum = sample.cost;
  for (let k = 0; k < sample.drift.length; k += 1) sum += sample.drift[k];
  for (let k = 0; k < sample.covariance.length; k += 1) sum += sample.covariance[k];
  if (Number.isFinite(sum)) return;
  const bad = !sample.drift.every(Number.isFinite)
    ? 'drift'
    : !sample.covariance.every(Number.isFinite)
      ? 'covariance'
      : Number.isFinite(sample.cost)
        ? null
        : 'running_cost';
  if (bad !== null) throw problemFault(d, node, t, bad, `not finite${underControl(d, u)}`);
}

const FACE_REMEDY =
  'Take { "dirichlet": ... } where paths end at this face and the value is known, "reflecting" where something holds the state inside, at no cost, { "slope": ... } where the derivative of the value is known, or "linear" where the domain is only cut off and the value goes on as a straight line; or end the domain where nothing crosses it.';

const CONTROL_REMEDY =
  'Take "state_constraint", which lets nothing out, where the controls are to keep the state inside.';

/** A natural face needs an equation that never looks beyond it; under a state constraint the drift is the control's care. */
function requireFaces(d: Discretization, node: number, t: number, u: readonly number[], sample: Sample): void {
  const { drift, covariance } = sample;
  if (d.faces[node].includes('natural'))
    d.faces[node].forEach((kind, a) => {
      if (kind !== 'natural') return;
      const side = d.positions[node][a] === 0 ? 0 : 1;
      const { name, boundary } = d.lattice.axes[a];
      const isOutward = boundary[side] === 'natural' && drift[a] * (side === 0 ? -1 : 1) > 0;
      const crossing = covariance[a * d.states + a] > 0 ? 'diffusion' : isOutward ? 'drift' : null;
      if (crossing === null) return;
      const message = `the ${crossing} of ${name} crosses this face${underControl(d, u)}`;
      const remedy = crossing === 'drift' && u.length > 0 ? `${CONTROL_REMEDY} ${FACE_REMEDY}` : FACE_REMEDY;
      throw problemFault(d, node, t, `states.${a}.boundary.${side}`, message, remedy);
    });
}

/** Rounding of a covariance, relative to its variances. */
const COVARIANCE_ROUNDING = 1e-9;

function requireSemidefinite(d: Discretization, node: number, t: number, u: readonly number[], sample: Sample): void {
  if (isSemidefinite(sample.covariance, d.states)) return;
  throw problemFault(d, node, t, 'covariance', `not symmetric positive semidefinite${underControl(d, u)}`);
}

/** Symmetric with all principal minors >= 0 up to rounding. */
function isSemidefinite(S: ArrayLike<number>, n: number): boolean {
  if (n === 1) return S[0] >= 0;
  const scale = Math.max(S[0], S[n + 1], n === 3 ? S[8] : 0);
  for (let i = 0; i < n; i += 1) {
    if (!(S[i * n + i] >= 0)) return false;
    for (let j = 0; j < i; j += 1) {
      const [s, r] = [S[i * n + j], S[j * n + i]];
      if (Math.abs(s - r) > COVARIANCE_ROUNDING * Math.sqrt(S[i * n + i] * S[j * n + j])) return false;
      if (s * s > (1 + COVARIANCE_ROUNDING) * S[i * n + i] * S[j * n + j]) return false;
    }
  }
  if (n < 3) return true;
  const determinant =
    S[0] * (S[4] * S[8] - S[5] * S[7]) - S[1] * (S[3] * S[8] - S[5] * S[6]) + S[2] * (S[3] * S[7] - S[4] * S[6]);
  return determinant >= -COVARIANCE_ROUNDING * scale ** 3;
}

function underControl({ problem }: Discretization, u: readonly number[]): string {
  if (u.length === 0) return '';
  return ` under ${u.map((value, j) => `${problem.controls[j].name} = ${value.toPrecision(4)}`).join(', ')}`;
}
