/** What was wrong with a file, and what is made again once it is gone. */
export interface Finding {
  /** Relative to the folder. */
  readonly file: string;
  readonly reason: string;
  readonly lost: string;
}

/** What is lost with a file of this name. */
export function lossOf(file: string): string {
  if (/\.(partial\.jsonl|checkpoint\.json|checkpoint\.kept-[01]\.bin)$/.test(file))
    return 'this run starts again from its first update';
  if (file.endsWith('.jsonl')) return 'this run is trained again';
  if (file.endsWith('.npz')) return 'the final weights: they come back only if the run is trained again with --fresh';
  if (file.endsWith('.html')) return 'nothing: the page is written again';
  return 'nothing that is not computed again from the logs';
}
