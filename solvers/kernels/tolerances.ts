/**
 * What counts as rounding in the passes over the nodes. A pass binds these at its head: inside its loops V8 would look an
 * imported constant up at every node.
 */

/** Relative difference of Hamiltonians that counts as a tie. */
export const TIE = 1e-13;

/** Share of a row's diagonal below which a negative weight is rounding of the polynomials, not a wrong stencil. */
export const NEGATIVE_WEIGHT = 1e-9;
