/** Place of the largest logit at first..end-1 other than the label's. */
export function largestWrong(logits: Float32Array, first: number, end: number, label: number): number {
  let rival = label === first ? first + 1 : first;
  for (let c = rival + 1; c < end; c += 1) if (c !== label && logits[c] > logits[rival]) rival = c;
  return rival;
}
