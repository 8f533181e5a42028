/** Of the time levels all, every k-th with the first and the last, or those of a list. */
export function keptLevels(keep: 'all' | number | readonly number[], times: readonly number[]): readonly number[] {
  if (keep === 'all') return times;
  if (typeof keep !== 'number') return keep;
  return times.filter((_, level) => level % keep === 0 || level === times.length - 1);
}
