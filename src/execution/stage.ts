import type { Exact, OptionDeclarations, InputDeclaration, ValuesOf } from './stage-options.js';

/** How far a stage is. */
export interface ProgressEvent {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
  readonly note?: string;
  /** Of the whole command with all its stages, in a unit in which equal amounts take about equal times. */
  readonly overall?: { readonly done: number; readonly total: number };
}

/** What a stage may use of whoever runs it, and what it may tell. */
export interface StageContext {
  readonly onProgress?: ((event: ProgressEvent) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The command line as it was typed, for the record of the run. */
  readonly commandLine?: string | undefined;
}

/** What every stage gives back. */
export interface StageOutput<Result> {
  /** Files that were written. */
  readonly artifacts: readonly string[];
  /** For people, on standard output. */
  readonly summary: readonly string[];
  /** For programs, in the document of `--json`. */
  readonly result: Result;
  readonly exitCode?: number;
}

/** What a stage is called with: its input and its options, under the names that it declares, and the context. */
export type StageOptions<Input extends InputDeclaration, Options extends OptionDeclarations> = ValuesOf<Input> &
  ValuesOf<Options> &
  StageContext;

type StageFunction<Options, Result> = (options: Options) => Promise<StageOutput<Result>>;

/** A stage of the line from experiment to report: everything that the command line, `run` and a worker know of it. */
export interface Stage<Input extends InputDeclaration, Options extends OptionDeclarations, Result> {
  readonly name: string;
  /** What it makes of what, for the help. */
  readonly description: string;
  readonly input: Input;
  readonly options: Options;
  /** Loads the module that computes, when the stage runs and not before. */
  readonly load: () => Promise<StageFunction<StageOptions<Input, Options>, Result>>;
}

/** Declares a stage. Types of input, options and result are those of the declaration and of the function that it loads. */
export function defineStage<Input extends InputDeclaration, Options extends OptionDeclarations, Result>(
  stage: Stage<Input, Options, Result>,
): Stage<Input, Options, Result> {
  return stage;
}

/**
 * Runs a stage in this process. An option that the stage does not declare does not compile, by whatever way it comes.
 *
 * @example
 * const { artifacts } = await runStage(REPORT, { resultsPath: 'results.json', out: 'runs/a' }, {});
 */
export async function runStage<
  Input extends InputDeclaration,
  Options extends OptionDeclarations,
  Result,
  Given extends ValuesOf<Input> & ValuesOf<Options>,
>(
  stage: Stage<Input, Options, Result>,
  options: Exact<ValuesOf<Input> & ValuesOf<Options>, Given>,
  context: StageContext,
): Promise<StageOutput<Result>> {
  const run = await stage.load();
  return run({ ...(options as Given), ...context });
}
