/** What counts as rounding in the passes over the nodes. Kernels take these names as they take those of `PLACES`. */
export const TOLERANCES = {
  /** Relative difference of Hamiltonians that counts as a tie. */
  TIE: 1e-13,
  /** Share of a row's diagonal below which a negative weight is rounding of the polynomials, not a wrong stencil. */
  NEGATIVE_WEIGHT: 1e-9,
} as const;
