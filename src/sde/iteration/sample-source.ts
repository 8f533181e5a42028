import { normalInto, uniformInto } from '../../math/fast-stream.js';
import { numeral } from '../../math/generated-function.js';
import type { Component, SampleLaw } from '../law/law.js';

/** Source that draws a sample into locals `z0`, `z1`, ..., and the start of the attack into `d0`, ...; with its tables. */
export interface SampleSource {
  readonly body: string;
  readonly tables: SampleTables;
}

/** Components side by side: means, [components, data]; columns of roots one after the other, [columns, data]. */
export interface SampleTables {
  readonly means: Float64Array;
  readonly roots: Float64Array;
  /** Where the columns of each component begin, and after the last one. */
  readonly columns: Int32Array;
  /** Cumulative probabilities, the last one Infinity. */
  readonly cumulative: Float64Array;
}

export function sampleSource(law: SampleLaw): SampleSource {
  const { components, data } = law;
  const body = components.length === 1 ? ofOne(components[0], data) : ofMany(components, data);
  return { body: `${body} ${startSource(law)}`, tables: tablesOf(law) };
}

export function tablesOf({ components }: SampleLaw): SampleTables {
  const columns = Int32Array.from({ length: components.length + 1 });
  components.forEach(({ root }, c) => (columns[c + 1] = columns[c] + root.length));
  const cumulative = new Float64Array(components.length);
  components.reduce((sum, { weight }, c) => (cumulative[c] = sum + weight), 0);
  cumulative[components.length - 1] = Infinity;
  return {
    means: Float64Array.from(components.flatMap(({ mean }) => [...mean])),
    roots: Float64Array.from(components.flatMap(({ root }) => root.flatMap((column) => [...column]))),
    columns,
    cumulative,
  };
}

/** Numbers of the one component stand in the source. */
function ofOne({ mean, root }: Component, data: number): string {
  const normals = root.map((_, k) => `let x${k} = 0; ${normalInto(`x${k}`)}`).join(' ');
  const entries = Array.from({ length: data }, (_, j) => {
    const terms = root.map((column, k) => (column[j] === 0 ? '' : ` + (${numeral(column[j])}) * x${k}`));
    return `z${j} = (${numeral(mean[j])})${terms.join('')};`;
  });
  return `${normals} ${entries.join(' ')}`;
}

function ofMany(components: readonly Component[], data: number): string {
  const equal = components.every(({ weight }) => weight === components[0].weight);
  const pick = equal
    ? `c = x * ${components.length} | 0;`
    : `{ let high = ${components.length - 1}; c = 0; while (c < high) { const m = c + high >> 1; if (cumulative[m] > x) high = m; else c = m + 1; } }`;
  const means = Array.from({ length: data }, (_, j) => `z${j} = means[c * ${data} + ${j}];`).join(' ');
  const noise = Array.from({ length: data }, (_, j) => `z${j} += roots[k * ${data} + ${j}] * x;`).join(' ');
  const hasNoise = components.some(({ root }) => root.length > 0);
  const normals = hasNoise ? `for (let k = columns[c]; k < columns[c + 1]; k++) { ${normalInto('x')} ${noise} }` : '';
  return `let x = 0, c = 0; ${uniformInto('x')} ${pick} ${means} ${normals}`;
}

/** Uniform in the ball: in L2 a normal vector scaled to length eps r^(1/d), r uniform. */
function startSource({ start }: SampleLaw): string {
  if (start === null) return '';
  const { norm, size } = start;
  const eps = numeral(start.eps);
  const each = (line: (j: number) => string): string => Array.from({ length: size }, (_, j) => line(j)).join(' ');
  if (norm === 'Linf' || size === 1) return each((j) => `${uniformInto(`d${j}`)} d${j} = ${eps} * (2 * d${j} - 1);`);
  const squares = Array.from({ length: size }, (_, j) => `d${j} * d${j}`).join(' + ');
  const scale = `{ let r = 0; ${uniformInto('r')} r = ${eps} * r ** ${1 / size} / Math.sqrt(${squares}); ${each((j) => `d${j} *= r;`)} }`;
  return `${each((j) => normalInto(`d${j}`))} ${scale}`;
}
