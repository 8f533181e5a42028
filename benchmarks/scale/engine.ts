import { randomStream, type RandomStream } from '../../src/math/random.js';

/** What the simulated cluster is like. */
export interface ClusterModel {
  readonly workers: number;
  /** Failures of a worker per hour of work; the element starts again, and what it had finished counts. */
  readonly failuresPerHour: number;
  /** Share of the tasks that take `slowdown` times as long. */
  readonly stragglers: number;
  readonly slowdown: number;
  /** Seconds from a free worker to the start of an element: the scheduler's cycle, Node, the manifest. */
  readonly startSeconds: number;
  readonly seed: number;
}

export interface SimulatedRun {
  /** Time until the last element has begun, and until the last one has ended, in hours. */
  readonly queueEmpty: number;
  readonly end: number;
  /** Share of the workers' time that went into tasks until the queue was empty, and until the end. */
  readonly busyUntilEmpty: number;
  readonly busyUntilEnd: number;
  readonly failures: number;
  readonly done: number;
}

/**
 * Runs elements on workers, event by event: a free worker takes the first element of the queue, runs its tasks one after the other,
 * and may fail in any of them; the element then goes to the end of the queue with the tasks that it has not finished.
 *
 * @param elements - of each the seconds of its tasks
 */
export function simulate(elements: readonly (readonly number[])[], model: ClusterModel): SimulatedRun {
  const stream = randomStream(model.seed, 'benchmarks/scale');
  const queue = elements.map((tasks) => tasks.map((seconds) => straggling(seconds, model, stream)));
  const free = Array.from({ length: model.workers }, () => 0);
  let [head, done, failures, queueEmpty] = [0, 0, 0, 0];
  const spans: [from: number, to: number][] = [];
  while (head < queue.length) {
    const worker = free.reduce((first, at, i) => (at < free[first] ? i : first), 0);
    const tasks = queue[head];
    head += 1;
    let now = free[worker] + model.startSeconds;
    queueEmpty = Math.max(queueEmpty, free[worker]);
    const begun = now;
    for (const [i, seconds] of tasks.entries()) {
      const lifetime = (-Math.log(1 - stream.uniform()) * 3600) / model.failuresPerHour;
      if (lifetime < seconds) {
        now += lifetime;
        failures += 1;
        queue.push(tasks.slice(i));
        break;
      }
      now += seconds;
      done += 1;
    }
    spans.push([begun, now]);
    free[worker] = now;
  }
  const end = Math.max(...free);
  const busy = spans.reduce(
    (sum, [from, to]) => sum + Math.max(0, Math.min(to, queueEmpty) - Math.min(from, queueEmpty)),
    0,
  );
  const whole = spans.reduce((sum, [from, to]) => sum + to - from, 0);
  return {
    queueEmpty: queueEmpty / 3600,
    end: end / 3600,
    busyUntilEmpty: busy / (model.workers * queueEmpty),
    busyUntilEnd: whole / (model.workers * end),
    failures,
    done,
  };
}

function straggling(seconds: number, { stragglers, slowdown }: ClusterModel, stream: RandomStream): number {
  const slow = stream.uniform() < stragglers ? slowdown : 1;
  return seconds * slow * Math.exp(0.3 * stream.normal());
}
