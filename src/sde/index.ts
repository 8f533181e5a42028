/** The controlled SDE of adversarial SGD from a symbolic loss. */
export { analyseSgdModel } from './analysis.js';
export { createAscent, type Ascent } from './attack/ascent.js';
export { controlSgdModel, type ControlledModel, type ControlOptions } from './control/control.js';
export { rateProblem, type RateProblem } from './control/problem.js';
export { realRuns, type ControlledRuns, type RealRuns, type RunsOptions } from './control/runs.js';
export { drift, type DriftOrder, type RateAt } from './drift.js';
export { asymmetryOf, effectiveLoss } from './effective-loss.js';
export { expandedDirection, gradientPenaltyLoss } from './expansion.js';
export { gaussHermite, gaussLegendre, type GaussRule } from './expectation/gauss.js';
export type { Estimate, ExpectationMethod } from './expectation/expectation.js';
export type { Fields, FieldValues, JacobianMethod } from './fields.js';
export { hasAtomsAlone, type SampleLaw } from './law/law.js';
export { fuseIteration, type Iteration, type RateRule } from './iteration/iteration.js';
export type { Sampler } from './law/sampler.js';
export type { CompiledLoss, LossTerms } from './loss.js';
export { compileSgdModel, type SgdModel, type SgdModelOptions } from './model.js';
export type { CompiledRate } from './rate.js';
export { analyseModelFile, type AnalysedModel, type SdeOptions } from './stage.js';
