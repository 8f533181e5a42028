import type { Simulation } from '../../artifacts/sde-analysis/sde-studies.js';
import { BAND, type Summary } from './statistics.js';

const abs = Math.abs;
const sqrt = Math.sqrt;

type Figure = 'mean' | 'variance';

interface Worst {
  readonly quantity: string;
  readonly figure: Figure;
  readonly time: number;
  readonly difference: number;
  readonly band: number;
  readonly excess: number;
}

/** Whether each SDE lies within the bands of the real runs, in words. */
export function agreementSentences(
  { times, quantities }: Pick<Simulation, 'times' | 'quantities'>,
  eta: number,
): string[] {
  // a normal number exceeds 3.9 once in 10,000 times: dozens of correlated comparisons seldom do
  const threshold = 3.9;
  return (['first', 'second'] as const).map((order) => {
    const worst = quantities
      .flatMap(({ name, real, [order]: sde }) =>
        real.flatMap((at, k) => [
          compared(name, 'mean', times[k], at, sde[k]),
          compared(name, 'variance', times[k], at, sde[k]),
        ]),
      )
      .reduce((most, each) => (each.excess > most.excess ? each : most));
    const { quantity, figure, time, difference, band, excess } = worst;
    const where = `the ${figure} of ${quantity} at t = ${digits(time)} differs by ${digits(difference)} ± ${digits(band)}`;
    if (excess <= threshold) {
      return `The ${order}-order SDE agrees with the real runs in every mean and variance at every time within the Monte Carlo error; at most ${where} (95 %).`;
    }
    return `The ${order}-order SDE differs from the real runs by more than the Monte Carlo error: ${where} (95 %). ${reason(order, eta)}`;
  });
}

function reason(order: 'first' | 'second', eta: number): string {
  return order === 'first'
    ? `That is its own error of order eta, which these runs are many enough to see at eta = ${eta}.`
    : `That is its own error of order eta^2, which these runs are many enough to see at eta = ${eta}, unless the mean field jumps.`;
}

function compared(quantity: string, figure: Figure, time: number, real: Summary, sde: Summary): Worst {
  const difference = sde[figure] - real[figure];
  const error = sqrt(real[`${figure}_error`] ** 2 + sde[`${figure}_error`] ** 2);
  const rounding = 1e-12 * (1e-300 + abs(real[figure]));
  const excess = abs(difference) <= rounding ? 0 : abs(difference) / (error + rounding);
  return { quantity, figure, time, difference, band: BAND * error, excess };
}

function digits(value: number): string {
  return String(Number(value.toPrecision(3)));
}
