/** The built-in losses, one in each line, under the names that files use. */
export { crossEntropy as cross_entropy } from './cross-entropy.js';
export { dlr } from './dlr.js';
export { margin } from './margin.js';
export { squared } from './squared.js';
