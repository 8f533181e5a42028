/** The filter of a fitted closure, in coefficients and policies. */
export { filterSchema, type FilterSpec } from '../../closures/schemas.js';
