/** Optimal stopping by a held-out loss: when a run looks, what its looks cost, and whether it goes on. */
export { decideStopping, gainOfContinuing, stoppingProblem, type StoppingDecision } from './decision.js';
export { fitGapClosure, type GapClosure, type GapFit, type Look } from './gap-closure.js';
export { lookUpdates } from './moments.js';
export { planStopping, type StoppingCosts, type StoppingPlan } from './plan.js';
