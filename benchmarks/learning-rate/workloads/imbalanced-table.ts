import { writeFileSync } from 'node:fs';
import { randomStream } from '../../../src/math/random.js';
import { benchmarkFile } from '../../file.js';

const ROWS = 1500;
const COLUMNS = 6;
/** Shares of the classes. */
const SHARES = [0.9, 0.08, 0.02];
/** Distance between the centres of two classes, in standard deviations of a column. */
const DISTANCE = 1.2;

/** Writes imbalanced-table.csv: normal clouds around three centres, squeezed into [0, 1]. */
function rows(): string[] {
  const stream = randomStream(0, 'benchmarks/imbalanced-table');
  return Array.from({ length: ROWS }, () => {
    const draw = stream.uniform();
    const label = draw < SHARES[0] ? 0 : draw < SHARES[0] + SHARES[1] ? 1 : 2;
    const values = Array.from({ length: COLUMNS }, (_, j) => stream.normal() + (j % 3 === label ? DISTANCE : 0));
    return [...values.map((x) => (1 / (1 + Math.exp(-x))).toFixed(4)), label].join(',');
  });
}

const names = Array.from({ length: COLUMNS }, (_, j) => `x${j}`);
writeFileSync(
  benchmarkFile('learning-rate/workloads/imbalanced-table.csv'),
  `${[...names, 'label'].join(',')}\n${rows().join('\n')}\n`,
);
