import { readArtifact } from '../../../src/artifacts/files.js';
import type { ControlProblemFile } from '../../../src/artifacts/control-problem/control-problem.js';
import { fileURLToPath } from 'node:url';

/** What a problem file of this folder must give, in the order of its queries. */
export interface ExpectedAnswer {
  readonly file: string;
  readonly values: readonly number[];
  /** Relative tolerance of the values at the size that the file asks for. */
  readonly tolerance: number;
  /** Optimal controls, where the closed form gives them; null where the query lies where the control is not unique. */
  readonly controls?: readonly number[];
  readonly controlTolerance?: number;
  readonly source: string;
  /** What the reference itself leaves open, relative: its last digit, or the spread of an extrapolation. */
  readonly referenceError?: number;
}

/** Closed forms and reference values of theory.md section 5. */
export const EXPECTED: readonly ExpectedAnswer[] = [
  {
    file: 'li-tai-e',
    values: [0.0155144758],
    tolerance: 0.005,
    controls: [1],
    controlTolerance: 1e-6,
    source: '(i)',
  },
  {
    file: 'li-tai-e-uncertain',
    values: [0.0155144758],
    tolerance: 0.005,
    source: '(i) at its worst case, a = 2, k = .15',
  },
  {
    file: 'exchange-rate',
    values: [-3.4796],
    tolerance: 1e-4,
    referenceError: 2e-5,
    source: 'two other codes, Richardson',
  },
  {
    file: 'lqr',
    values: [0.7319848365],
    tolerance: 0.002,
    controls: [-1.927457496], // -(B / r) P(0), P(0) = .4818643740
    controlTolerance: 0.01,
    source: '(ii)',
  },
  {
    file: 'lq-control-in-noise',
    values: [0.8467754363],
    tolerance: 0.002,
    controls: [1.3754001607],
    controlTolerance: 0.01,
    source: '(ii), control in the diffusion',
  },
  {
    file: 'lq-free-control-in-noise',
    values: [0.4435642026],
    tolerance: 0.002,
    controls: [2.2777777778], // -(b + c d) / d^2
    controlTolerance: 0.01,
    source: '(ii), r = 0',
  },
  {
    file: 'lqr-two-states',
    values: [1.5247086274],
    tolerance: 3e-4,
    controls: [-0.38807418], // -(P12 x + P22 y) / R at (1, -.5)
    controlTolerance: 0.004,
    source: '(ii), two states',
  },
  {
    file: 'multiplicative-noise',
    values: [0.0183156389],
    tolerance: 0.005,
    controls: [2 / 3],
    controlTolerance: 0.01,
    source: '(v)',
  },
  {
    file: 'multiplicative-noise-capped',
    values: [0.0347352589],
    tolerance: 0.005,
    controls: [0.4],
    controlTolerance: 0.01,
    source: '(v), cap .4',
  },
  {
    file: 'merton',
    values: [2.9554072],
    tolerance: 5e-4,
    controls: [1.6],
    controlTolerance: 0.005,
    source: '(v), Merton',
  },
  {
    file: 'rank-one',
    values: [0.1418301591], // e^-1.953125
    tolerance: 0.008,
    controls: [1.5625],
    controlTolerance: 0.002,
    source: '(v), two states, rank one',
  },
  {
    file: 'bang-bang',
    values: [3.0143145593],
    tolerance: 0.005,
    controls: [1],
    controlTolerance: 1e-6,
    source: '(vi a)',
  },
  {
    file: 'uncertain-volatility-min',
    values: [0.425437069],
    tolerance: 0.001,
    controls: [0.3],
    controlTolerance: 1e-6,
    source: '(vi b)',
  },
  {
    file: 'uncertain-volatility-max',
    values: [0.7164744918],
    tolerance: 0.001,
    controls: [0.8],
    controlTolerance: 1e-6,
    source: '(vi b)',
  },
  { file: 'optimal-stopping', values: [1.2167549014], tolerance: 0.002, source: "(vi c')" },
  {
    file: 'leqg',
    values: [0.4442872898],
    tolerance: 0.002,
    controls: [-1.5656743752], // -(B / r) P(0) x, P(0) = .4892732422, x = .8
    controlTolerance: 0.01,
    source: '(viii)',
  },
  {
    file: 'adversarial-location',
    values: [1.8505, 0.8722],
    tolerance: 5e-4,
    referenceError: 2e-4,
    source: '(iv-4), Richardson',
  },
  {
    file: 'reflected-brownian-motion',
    values: [0.2059186398], // cos(pi / 4) exp(-pi^2 / 8)
    tolerance: 0.001,
    source: 'separation of variables',
  },
];

/** A problem file of this folder, every default filled in. */
export function problemFile(name: string): Promise<ControlProblemFile> {
  return readArtifact('control_problem', fileURLToPath(new URL(`${name}.json`, import.meta.url)));
}
