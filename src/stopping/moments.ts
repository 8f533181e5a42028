/**
 * Numbers of updates before each look: k_0 = first, k_{j+1} = growth k_j, rounded and at least one more, and the last one
 * of the run.
 *
 * @param first - at least 1
 * @param growth - above 1
 * @param updates - length of the run
 *
 * @example
 * lookUpdates({ first: 100, growth: 2, updates: 500 }); // [100, 200, 400, 500]
 */
export function lookUpdates({ first, growth, updates }: LookTimes & { readonly updates: number }): number[] {
  const all: number[] = [];
  for (let k = first; k < updates; k = Math.max(k + 1, Math.round(k * growth))) all.push(k);
  return [...all, updates];
}

export interface LookTimes {
  readonly first: number;
  readonly growth: number;
}

/** The growth with which `count` looks lead from the first one to the end of the run. */
export function growthOf(first: number, updates: number, count: number): number {
  return (updates / first) ** (1 / Math.max(1, count - 1));
}
