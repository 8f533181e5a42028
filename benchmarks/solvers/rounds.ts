import { max, median, min } from 'simple-statistics';
import type { Timed } from './yardstick.js';

/** Something that does the same work as the others. */
export interface Contender {
  readonly name: string;
  run(): Timed | Promise<Timed>;
}

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export function spreadText({ median: middle, least, most }: Spread): string {
  return `${middle.toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)})`;
}

/** CPU seconds by contender, and checksums, from interleaved rounds after two to warm up. */
export interface Rounds {
  readonly seconds: Readonly<Record<string, readonly number[]>>;
  readonly checksums: Readonly<Record<string, number>>;
}

const WARM_UP = 2;

export async function runRounds(contenders: readonly Contender[], rounds: number): Promise<Rounds> {
  const seconds: Record<string, number[]> = Object.fromEntries(contenders.map(({ name }) => [name, []]));
  const checksums: Record<string, number> = {};
  for (let round = -WARM_UP; round < rounds; round += 1) {
    for (const { name, run } of contenders) {
      const timed = await run();
      checksums[name] = timed.checksum;
      if (round >= 0) seconds[name].push(timed.seconds);
    }
  }
  return { seconds, checksums };
}

/** Work in this process, by its CPU time (all threads), or by the wall clock. */
export function timed(work: () => number, clock: 'cpu' | 'wall' = 'cpu'): Timed {
  const cpu = process.cpuUsage();
  const wall = performance.now();
  const checksum = work();
  const { user, system } = process.cpuUsage(cpu);
  return { seconds: clock === 'cpu' ? (user + system) / 1e6 : (performance.now() - wall) / 1e3, checksum };
}

/** The ratio of the seconds of two contenders, round by round: how many times as fast `of` is as `to`. */
export function speedRatio({ seconds }: Rounds, of: string, to: readonly string[]): Spread {
  const ratios = seconds[of].map((value, round) => Math.min(...to.map((name) => seconds[name][round])) / value);
  return { median: median(ratios), least: min(ratios), most: max(ratios) };
}

/** Relative difference of checksums. */
export function apart(a: number, b: number): number {
  return Math.abs(a - b) / (Math.abs(a) + Number.MIN_VALUE);
}
