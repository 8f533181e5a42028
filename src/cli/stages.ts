import type { Json } from '../json.js';
import type { StudyOptions } from '../sde/index.js';
import type { ProgressEvent } from './progress.js';

/** What every command gives back. */
export interface CommandResult {
  /** Files that were written. */
  readonly artifacts: readonly string[];
  /** For people, on standard output. */
  readonly summary: readonly string[];
  /** For programs, in the document of `--json`. */
  readonly result: Json;
  readonly exitCode?: number;
  /** The command to give next. */
  readonly next?: string;
}

type Stage<Options> = (options: Options & { onProgress: (event: ProgressEvent) => void }) => Promise<CommandResult>;

type EngineChoice = 'auto' | 'native' | 'fused' | 'tfjs';

export interface RunOptions {
  readonly experimentPath: string;
  readonly out: string;
  readonly engine: EngineChoice;
  readonly workers: number;
  readonly fresh: boolean;
  readonly signal: AbortSignal;
  readonly commandLine: string;
}

export interface ExperimentPlan {
  /** The experiment with every default filled in. */
  readonly resolved: Json;
  readonly methods: readonly { readonly id: string; readonly label: string; readonly grad_evals: number }[];
  readonly grad_evals: number;
  readonly minutes: number;
}

/** The stages by module and exported name. Each module is loaded when its command runs, and not before. */
export interface Stages {
  readonly '../pilot/stage.js': { pilotStage: Stage<RunOptions & { seed: number | undefined }> };
  readonly '../estimation/stage.js': {
    estimateStage: Stage<{
      trajectories: string[];
      experimentPath: string | undefined;
      out: string;
      seed: number | undefined;
    }>;
  };
  readonly '../synthesis/stage.js': {
    solveStage: Stage<{ coefficientsPath: string; experimentPath: string | undefined; out: string }>;
  };
  readonly '../training/stage.js': {
    trainStage: Stage<{
      experimentPath: string;
      out: string;
      policyPath: string | undefined;
      schedule: string | undefined;
      seed: number | undefined;
      engine: EngineChoice;
      allowMismatch?: boolean;
      saveWeights?: boolean;
      fresh?: boolean;
      commandLine?: string;
    }>;
  };
  readonly '../benchmark/stage.js': {
    benchmarkStage: Stage<RunOptions & { reports: boolean }>;
    planExperiment(experimentPath: string, options: { engine: EngineChoice; workers: number }): Promise<ExperimentPlan>;
    experimentTemplate(): Json;
  };
  readonly '../report/sde-page.js': {
    sdeStage: Stage<{
      modelPath: string;
      out: string | undefined;
      html: boolean;
      seed: number;
      studies: StudyOptions;
    }>;
  };
  readonly '../report/problem-page.js': {
    problemStage: Stage<{
      problemPath: string;
      out: string | undefined;
      html: boolean;
      density: boolean;
      simulate: number | undefined;
      seed: number;
    }>;
  };
  readonly '../report/stage.js': {
    reportStage(options: { resultsPath: string; out: string }): Promise<CommandResult>;
  };
}

/** Loads the module of a stage. */
export async function loadStage<Module extends keyof Stages>(module: Module): Promise<Stages[Module]> {
  return (await import(new URL(module, import.meta.url).href)) as Stages[Module];
}
