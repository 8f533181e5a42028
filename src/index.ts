/** The public door of the library. Stages as functions, files with their schemas, schedules and the policy at run time. */
export type { Coefficients } from './artifacts/coefficients/coefficients.js';
export type { ControlProblemFile, ControlProblemInput } from './artifacts/control-problem/control-problem.js';
export type { Experiment, ExperimentInput, Objective } from './artifacts/experiment/experiment.js';
export { writeArtifact } from './artifacts/files.js';
export { readTrainingLog } from './artifacts/log-file.js';
export type { Results } from './artifacts/results/results.js';
export { ARTIFACT_SCHEMAS, type ArtifactKind } from './artifacts/schemas.js';
export type { SdeAnalysis, SdeControl, SdePoint, SdeResult } from './artifacts/sde-analysis/sde-analysis.js';
export type { LongRun, Robustness, Simulation, WeakOrder } from './artifacts/sde-analysis/sde-studies.js';
export type { SgdModelFile, SgdModelInput } from './artifacts/sgd-model/sgd-model.js';
export type { Solution } from './artifacts/solution/solution.js';
export type {
  LogEnd,
  LogEvaluation,
  LogHeader,
  LogMeasurement,
  LogStep,
  TrainingLog,
} from './artifacts/training-log/training-log.js';
export { EXIT_CODES } from './errors.js';
export { estimateStage } from './estimation/stage.js';
export { importLogs, type ImportOptions, type LogReader } from './import/index.js';
export { fastStream, type FastStream } from './math/fast-stream.js';
export { lanczos, type Quadrature, type SymmetricOperator } from './math/lanczos.js';
export { randomStream, type RandomStream } from './math/random.js';
export { pilotStage } from './pilot/stage.js';
export { problemPageStage } from './report/stage/problem-page-stage.js';
export { sdePageStage } from './report/stage/sde-page-stage.js';
export { reportStage } from './report/stage/stage.js';
export { createSchedule } from './schedules/index.js';
export * from './policy.js';
export {
  analyseKept,
  analyseSgdModel,
  bothRatesProblem,
  compileSgdModel,
  controlKept,
  controlSgdModel,
  drift,
  effectiveLoss,
  expandedDirection,
  fuseIteration,
  gradientPenaltyLoss,
  keptFlows,
  keptModel,
  keptWeakOrder,
  longRun,
  rateProblem,
  realRuns,
  robustness,
  simulateKept,
  simulateSgd,
  weakOrder,
} from './sde/index.js';
export type {
  BothRatesProblem,
  CompiledRate,
  ControlledKept,
  ControlledModel,
  ControlledRuns,
  ControlOptions,
  DriftOrder,
  Estimate,
  ExpectationMethod,
  Fields,
  FieldValues,
  Iteration,
  KeptModel,
  LongRunOptions,
  RateAt,
  RateProblem,
  RateRule,
  RealRuns,
  RobustnessOptions,
  RunsOptions,
  Sampler,
  SgdModel,
  SgdModelOptions,
  SimulateOptions,
  StudyOptions,
  WeakOrderOptions,
} from './sde/index.js';
export { sdeStage } from './sde/stage/stage.js';
export { compileProblem, type CompiledProblem } from './synthesis/problem-file/compile.js';
export { problemStage } from './synthesis/problem-file/stage.js';
export { solveStage } from './synthesis/stage/stage.js';
export { openEngine, type EngineChoice } from './training/engines/index.js';
export {
  batchLoss,
  gradientMoments,
  hessianVectorProduct,
  lanczosSpectrum,
  rayleighQuotient,
  stepCurvature,
} from './training/measurements/index.js';
export type {
  BatchLoss,
  BatchLossOptions,
  GradientMoments,
  StepCurvature,
  WeightLoss,
} from './training/measurements/index.js';
export { readWeights, writeWeights, type SavedWeights } from './training/saved-weights.js';
export { trainStage } from './training/stage/stage.js';
export { createAttack } from './attacks/create-attack.js';
export { createModel, defineWorkload } from './workloads/index.js';
export type { Attack } from './attacks/array-attack.js';
export type { Dataset, Examples, Model, Workload } from './workloads/index.js';
export type { InputLosses } from './networks/network.js';
