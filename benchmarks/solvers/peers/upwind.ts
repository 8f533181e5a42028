import { solve } from '../../../solvers/index.js';
import { PEER_PROBLEMS } from './problems.js';

/** Nodes of the one grid on which both schemes are compared. */
const NODES = 201;

/** Nodes of the finest grid for the upwind scheme. */
const MOST = 6401;

/**
 * Achdou & Moll's scheme (upwind, implicit, policy iteration: `scheme: "monotone"` here) beside the accurate one: errors of the
 * value on the same grid, and nodes and CPU seconds for the error of the accurate scheme. Printed as rows of a table.
 */
function main(): void {
  for (const make of PEER_PROBLEMS) {
    const { what, problem, x, value } = make(NODES);
    const query = [{ t: 0, x: [x] }];
    const accurate = timed(() => solve(problem, { query, widerDomain: false }));
    const [own, upwind] = [accurate.answer.values[0]!, accurate.answer.monotoneValues[0]!].map((v) =>
      Math.abs(v - value),
    );
    let nodes = NODES;
    let needed = { seconds: NaN, error: upwind };
    while (needed.error > own && nodes < MOST) {
      nodes = 2 * nodes - 1;
      const run = timed(() => solve(make(nodes).problem, { query, scheme: 'monotone', widerDomain: false }));
      needed = { seconds: run.seconds, error: Math.abs(run.answer.values[0]! - value) };
    }
    const reached = needed.error > own ? `more than ${nodes} (${short(needed.error)})` : `${nodes}`;
    const cells = [what, short(value), short(upwind), short(own), short(accurate.answer.errorEstimates.values[0]!), reached, accurate.seconds.toFixed(2), needed.seconds.toFixed(2)]; // prettier-ignore
    process.stdout.write(`| ${cells.join(' | ')} |\n`);
  }
}

function timed<Answer>(work: () => Answer): { readonly answer: Answer; readonly seconds: number } {
  const started = process.cpuUsage();
  const answer = work();
  return { answer, seconds: process.cpuUsage(started).user / 1e6 };
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

main();
