/** The interval of every verdict below ten seeds. */
export { studentInterval } from '../src/benchmark/mean-interval.js';
