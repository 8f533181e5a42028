import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { RandomStream } from '../../src/math/random.js';
import { randomStream } from '../../src/math/random.js';
import { logNumber, type LogNumber } from '../../src/artifacts/shared/log-number.js';
import { attachPolicy, type Policy } from '../../src/policy.js';
import { logUniform, pick, randomPolicy } from './random-policy.js';

/** What is shown before an update: a loss and the update that it belongs to; null for nothing. */
type Shown = { readonly value: LogNumber; readonly update: number } | null;

/** A random policy, what a run under it meets, and what this runtime decides and remembers. */
export interface Agreement {
  readonly policy: Policy;
  readonly updates: number;
  readonly shown: readonly Shown[];
  /** Norms of the gradient; null where the update is skipped without one. */
  readonly norms: readonly (LogNumber | null)[];
  readonly decisions: readonly { readonly controls: Record<string, number>; readonly reason: string }[];
  readonly factors: readonly (number | null)[];
  /** What the run remembers after each update. */
  readonly states: readonly unknown[];
}

/**
 * A case of its own for every index of a seed. Its losses follow a falling curve, and are NaN, infinite, 0, negative, far off, late,
 * repeated or missing at times; the run goes past the horizon, and starts anew from a stored state in its midst.
 */
export function agreementCase(seed: number, index: number): Agreement {
  const stream = randomStream(seed, `policy-agreement/${index}`);
  const policy = randomPolicy(stream);
  const { horizon, stretch } = policy.time;
  const updates = stretch === 'refuse' ? horizon : 1 + stream.integer(2 * horizon);
  const length = 4 + stream.integer(horizon + 4);
  const resumed = stream.integer(length);
  const attach = () => attachPolicy(policy, () => {}, { updates, onWarning: () => {} });
  let run = attach();
  const shown: Shown[] = [];
  const norms: Agreement['norms'][number][] = [];
  const decisions: Agreement['decisions'][number][] = [];
  const factors: (number | null)[] = [];
  const states: unknown[] = [];
  for (let k = 0; k < length; k += 1) {
    if (k === resumed) {
      const stored = JSON.parse(JSON.stringify(run.state())) as ReturnType<typeof run.state>;
      run = attach();
      run.restore(stored);
    }
    const loss = randomLoss(stream, k);
    shown.push(loss === null ? null : { value: logNumber(loss.value), update: loss.update });
    const { controls, reason } = run.beforeUpdate(loss === null ? {} : { train_loss: loss });
    decisions.push({ controls: { ...controls } as Record<string, number>, reason });
    const norm = randomNorm(stream);
    norms.push(norm === null ? null : logNumber(norm));
    if (norm === null) run.skip();
    factors.push(norm === null ? null : run.clip(norm));
    states.push(run.state());
  }
  return { policy, updates, shown, norms, decisions, factors, states };
}

const WILD = [NaN, Infinity, -Infinity, 0, -0, -1, 1e9, 1e-9, 40, 5e-324, 1.7e308];

function randomLoss(stream: RandomStream, k: number): { value: number; update: number } | null {
  if (k === 0 || stream.uniform() < 0.15) return null;
  const falling = 2.3 * 0.97 ** k * logUniform(stream, 0.85, 1.2);
  const value = stream.uniform() < 0.15 ? pick(stream, WILD) : falling;
  const update = stream.uniform() < 0.75 ? k - 1 : Math.max(0, k - 1 - stream.integer(5));
  return { value, update };
}

function randomNorm(stream: RandomStream): number | null {
  if (stream.uniform() < 0.06) return null;
  return stream.uniform() < 0.1 ? pick(stream, [NaN, Infinity, 0, 1e300, 1e-300]) : logUniform(stream, 0.1, 10);
}

/** Cases as JSON, one in every line: tsx generate.ts --count 100000 --seed 1 [--from 0] */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      count: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      from: { type: 'string', default: '0' },
    },
  });
  const first = Number(values.from);
  for (let index = first; index < first + Number(values.count); index += 1) {
    const line = `${JSON.stringify(agreementCase(Number(values.seed), index))}\n`;
    if (!process.stdout.write(line)) await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
