/** Counts of visits in the cells around the nodes of uniform axes, the last axis fastest. */
export function countsOver(axes: readonly (readonly number[])[]) {
  const counts = new Float64Array(axes.reduce((size, { length }) => size * length, 1));
  const spacings = axes.map(([a, b]) => b - a);
  let visits = 0;
  return {
    visit(theta: ArrayLike<number>): void {
      visits += 1;
      let place = 0;
      for (let d = 0; d < axes.length; d += 1) {
        const cell = Math.round((theta[d] - axes[d][0]) / spacings[d]);
        if (!(cell >= 0 && cell < axes[d].length)) return;
        place = place * axes[d].length + cell;
      }
      counts[place] += 1;
    },
    /** Visits per volume, their share of all. */
    density(): number[] {
      const volume = spacings.reduce((product, spacing) => product * spacing, 1);
      return Array.from(counts, (count) => (visits === 0 ? 0 : count / visits / volume));
    },
  };
}
