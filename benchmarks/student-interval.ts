import { createRequire } from 'node:module';
import { mean, sampleStandardDeviation } from 'simple-statistics';

// The package is CommonJS without type declarations.
const { jStat } = createRequire(import.meta.url)('jstat') as {
  readonly jStat: { readonly studentt: { inv(p: number, degreesOfFreedom: number): number } };
};

/** Mean of n differences d, and its 95 % interval by Student's t: mean(d) +- t_{.975, n-1} s / sqrt(n). */
export function studentInterval(differences: number[]): { readonly mean: number; readonly interval: [number, number] } {
  const n = differences.length;
  const centre = mean(differences);
  const half = (jStat.studentt.inv(0.975, n - 1) * sampleStandardDeviation(differences)) / Math.sqrt(n);
  return { mean: centre, interval: [centre - half, centre + half] };
}
