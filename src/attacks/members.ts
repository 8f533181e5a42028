/** The built-in attacks, one in each line, under the names that files use. */
export { fgsm } from './fgsm.js';
export { linearExact as linear_exact } from './linear-exact.js';
export { penalisedAscent as penalised_ascent } from './penalised-ascent.js';
export { pgd } from './pgd.js';
