/** What a task reports once a file is finished. */
export interface WrittenEvent {
  readonly written: readonly string[];
}

/** Follows the files that tasks report as finished, one after the other. */
export interface WrittenFiles {
  /** @returns whether the event tells of files */
  take(event: unknown): boolean;
  /** Once all of them are dealt with. @throws the first error of dealing with one */
  settled(): Promise<void>;
}

/** @param record - is given the files of each event, never two at a time */
export function writtenFiles(record: (files: readonly string[]) => Promise<void>): WrittenFiles {
  let waiting: string[] = [];
  let work: Promise<void> = Promise.resolve();
  const next = async (): Promise<void> => {
    const files = waiting;
    waiting = [];
    if (files.length > 0) await record(files);
  };
  return {
    take(event) {
      const { written } = Object(event) as Partial<WrittenEvent>;
      if (written === undefined) return false;
      waiting.push(...written);
      work = work.then(next);
      // An error is told where it is waited for.
      work.catch(() => {});
      return true;
    },
    settled: () => work,
  };
}
