import { pieceSize, PLACES, type ArrayMemory, type RowPieces } from './row-pieces.js';
import { TOLERANCES } from './tolerances.js';

const { FROM, WIDTH, GIVEN_0, GIVEN_1, GIVEN_2, LOW_0, HIGH_0, LOW_1, HIGH_1, LOW_2, HIGH_2 } = PLACES;
const { TIE, NEGATIVE_WEIGHT } = TOLERANCES;
const PIECE = pieceSize(1, false);

/** What a pass of a kernel over the nodes found. */
export interface Findings {
  /** Of the equation with the optimum in it at V: the largest row over its diagonal, and times it. */
  residual: number;
  rawResidual: number;
  /** The first node whose row is no row of an M-matrix, or -1. */
  offender: number;
  /** Of the correction that followed: the largest change of V and the largest V. */
  change: number;
  largest: number;
}

/** What a kernel reads and writes at every node; it minimizes. */
export interface NodeArrays {
  readonly V: Float64Array;
  /** What the rows have from outside: the levels before over dt; at a node with a given value, rest times that. */
  readonly source: Float64Array;
  readonly control: Float64Array;
}

/** Work and findings of the fused kernel of one state. */
export interface LineState extends NodeArrays, Findings {
  /** The correction of V_i is number 2 i + 1 of these and number 2 i times that of V_i+1. */
  readonly elimination: Float64Array;
}

export function noFindings(): Findings {
  return { residual: 0, rawResidual: 0, offender: -1, change: 0, largest: 0 };
}

// Plain literals: V8 knows what lies in the fields of those, and need not look again at every node.
export function emptyLine(size: number, { numbers }: ArrayMemory): LineState {
  return {
    V: numbers(size),
    source: numbers(size),
    control: numbers(size),
    elimination: numbers(2 * size),
    residual: 0,
    rawResidual: 0,
    offender: -1,
    change: 0,
    largest: 0,
  };
}

/**
 * Policy improvement, assembly and forward elimination at once, node by node: what `improvePolicy`, `assemble` and
 * `solveSystem` do one after the other, without the arrays between them. The Hamiltonian of a piece is
 * c0 + v (c1 + v c2); lower pieces and controls win ties.
 */
export function lineForward({ data, start }: RowPieces, rest: number, line: LineState): void {
  // Bound here: a look-up of a global costs more than the arithmetic in a vm context (jest), one of the module elsewhere.
  const abs = Math.abs;
  const { V, source, control, elimination } = line;
  const last = V.length - 1;
  let residual = 0;
  let rawResidual = 0;
  let offender = -1;
  let lastFactor = 0;
  let lastPartial = 0;
  let toLow = 0;
  let here = V[0];
  let k = 0;
  for (let i = 0; i <= last; i += 1) {
    const above = i < last ? V[i + 1] : here;
    const toHigh = above - here;
    let best = Infinity;
    let v = 0;
    let chosen = k;
    const end = PIECE * start[i + 1];
    do {
      const c0 = data[k + GIVEN_0] + data[k + LOW_0] * toLow + data[k + HIGH_0] * toHigh;
      const c1 = data[k + GIVEN_1] + data[k + LOW_1] * toLow + data[k + HIGH_1] * toHigh;
      const c2 = data[k + GIVEN_2] + data[k + LOW_2] * toLow + data[k + HIGH_2] * toHigh;
      if (c0 < best - TIE * abs(c0)) {
        best = c0;
        v = 0;
        chosen = k;
      }
      if (c1 < 0 || c2 < 0) {
        let other = data[k + WIDTH];
        const twice = 2 * c2;
        if (c2 > 0 && c1 + twice * other > 0) other = -c1 / twice;
        const H = c0 + other * (c1 + other * c2);
        if (H < best - TIE * abs(H)) {
          best = H;
          v = other;
          chosen = k;
        }
      }
      k += PIECE;
    } while (k < end);
    control[i] = data[chosen + FROM] + v;
    const low = data[chosen + LOW_0] + v * (data[chosen + LOW_1] + v * data[chosen + LOW_2]);
    const high = data[chosen + HIGH_0] + v * (data[chosen + HIGH_1] + v * data[chosen + HIGH_2]);
    const diagonal = rest + low + high;
    const missing = best + source[i] - rest * here;
    if ((low < 0 || high < 0) && offender < 0) {
      const magnitude = abs(low) + abs(high);
      const slack = NEGATIVE_WEIGHT * (rest + magnitude);
      if (!(low >= -slack && high >= -slack && diagonal >= magnitude - slack)) offender = i;
    }
    const raw = abs(missing);
    if (raw > rawResidual) rawResidual = raw;
    if (raw > residual * diagonal) residual = raw / diagonal;
    const pivot = 1 / (diagonal - low * lastFactor);
    lastPartial = (missing + low * lastPartial) * pivot;
    lastFactor = high * pivot;
    elimination[2 * i] = lastFactor;
    elimination[2 * i + 1] = lastPartial;
    toLow = -toHigh;
    here = above;
  }
  line.residual = residual;
  line.rawResidual = rawResidual;
  line.offender = offender;
}

/** Back substitution, added to V. V[0] is not finite if any value is not. */
export function lineBackward(line: LineState): void {
  const abs = Math.abs;
  const { V, elimination } = line;
  let change = 0;
  let largest = 0;
  let correction = 0;
  for (let i = V.length - 1; i >= 0; i -= 1) {
    correction = elimination[2 * i + 1] + elimination[2 * i] * correction;
    const value = V[i] + correction;
    const moved = abs(correction);
    const size = abs(value);
    if (moved > change) change = moved;
    if (size > largest) largest = size;
    V[i] = value;
  }
  line.change = change;
  line.largest = largest;
}
