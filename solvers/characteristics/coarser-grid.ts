/** Every second time, and the last. */
export function coarserTimes(times: readonly number[]): number[] {
  return times.filter((_, k) => k % 2 === 0 || k === times.length - 1);
}

/** Controls of the coarser grid on each interval of the finer one. */
export function refined(controls: readonly (readonly number[])[], intervals: number): Float64Array {
  return Float64Array.from(Array.from({ length: intervals }, (_, k) => controls[Math.floor(k / 2)]).flat());
}

interface OnGrid {
  readonly times: readonly number[];
  readonly controls: readonly (readonly number[])[];
}

/** Largest difference of each control, the coarse one interpolated between the middles of its intervals. */
export function controlErrors(fine: OnGrid, coarse: OnGrid): number[] {
  const middles = middlesOf(coarse.times);
  return fine.controls[0].map((_, j) => {
    const values = coarse.controls.map((controls) => controls[j]);
    const differences = middlesOf(fine.times).map((t, k) => fine.controls[k][j] - interpolated(middles, values, t));
    return Math.max(...differences.map(Math.abs));
  });
}

function middlesOf(times: readonly number[]): number[] {
  return times.slice(1).map((time, k) => (time + times[k]) / 2);
}

/** Linear between the nodes, along the outermost line beyond them. */
function interpolated(nodes: readonly number[], values: readonly number[], t: number): number {
  if (nodes.length === 1) return values[0];
  const after = nodes.findIndex((node) => node >= t);
  const k = Math.max(1, after === -1 ? nodes.length - 1 : after);
  const share = (t - nodes[k - 1]) / (nodes[k] - nodes[k - 1]);
  return values[k - 1] + share * (values[k] - values[k - 1]);
}
