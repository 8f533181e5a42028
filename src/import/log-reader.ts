import type { LogHeader } from '../artifacts/training-log/training-log.js';

/** A file or a folder that another trainer wrote, in memory; gzip is unpacked. */
export interface LogFile {
  /** Its path, for messages. */
  readonly file: string;
  /** Its content; empty of a folder. */
  readonly bytes: Uint8Array;
  /** Of a folder: the files in it and below it, by their paths inside it. */
  readonly folder?: readonly LogFile[];
}

/** The column of a file that holds each of our columns: `{ update: 'step', lr: 'learning_rate', train_loss: 'loss' }`. */
export type ColumnMap = Readonly<Record<string, string>>;

export interface ReadOptions {
  /** Columns that go by another name in the file than in a training log. */
  readonly columns?: ColumnMap;
  /** Whether the training had an attack, so that a column `loss` is the loss at the perturbed inputs. */
  readonly attacked?: boolean;
}

/** A cell of a column: `null` where the trainer wrote nothing, NaN or infinite where the run diverged. */
export type Cell = number | null;

/** Columns that hold the loss of an update, the one that is looked for first in front. */
export const LOSS_COLUMNS: readonly string[] = ['train_robust_loss', 'train_loss'];

/** Columns in which a cell that is no number is an error. */
export const NEEDED_COLUMNS: readonly string[] = ['update', 'lr', ...LOSS_COLUMNS];

/** What a log says of its run beside the rows. All of it may be missing. */
export interface RunFacts {
  readonly run_id?: string;
  readonly seed?: number;
  readonly batch_size?: LogHeader['batch_size'];
  readonly updates_per_epoch?: number;
  readonly optimizer?: { readonly name: string; readonly [parameter: string]: unknown };
  /** The attack of the training as an experiment describes it; null for clean inputs. */
  readonly attack?: LogHeader['attack'];
  /** Length in updates of the full run; that of the log by default. */
  readonly horizon?: number;
  /** Where data, model and machine come from, and digests of files. */
  readonly provenance?: LogHeader['provenance'];
  /** An ISO 8601 time in UTC. */
  readonly started_at?: string;
}

/** One run as its reader understands it, before any check. */
export interface ImportedRun {
  /** The trainer that wrote the log, for the header's `engine`: `keras`, `lightning`, ... */
  readonly trainer: string;
  readonly facts: RunFacts;
  /**
   * Columns of equal length by their names in a training log. Three are needed: `update` (how many updates were done
   * before this one), `lr` (the rate of this update), and `train_robust_loss` or `train_loss`. All others are kept. Rows
   * may be of one update each, or parts of one with empty cells; they may stand twice after a resume.
   */
  readonly columns: Readonly<Record<string, readonly Cell[]>>;
  /** Where the reader of a message finds a row: `line 4`. */
  readonly place: (row: number) => string;
  /** What the reader took for what, and left out, one sentence each. */
  readonly notes?: readonly string[];
  /** Why its losses are no minibatch losses, where the format says so. */
  readonly averaged?: string;
}

/** Reads the logs of one trainer. */
export interface LogReader {
  /** The name by which a user asks for it. */
  readonly name: string;
  /** What it reads, in one sentence. */
  describe(): string;
  /** Whether a file is such a log: by its content, never by its name. */
  recognises(log: LogFile): boolean;
  /** @throws HjbLrError with every problem and its place */
  read(log: LogFile, options: ReadOptions): ImportedRun | Promise<ImportedRun>;
}
