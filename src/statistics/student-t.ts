import { createRequire } from 'node:module';

// The package is CommonJS without type declarations.
const { jStat } = createRequire(import.meta.url)('jstat') as {
  readonly jStat: { readonly studentt: Distribution };
};

interface Distribution {
  cdf(t: number, degreesOfFreedom: number): number;
  inv(probability: number, degreesOfFreedom: number): number;
}

/** Student's t distribution. */
export const studentT: Distribution = jStat.studentt;
