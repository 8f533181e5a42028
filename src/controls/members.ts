/** The built-in controls, one in each line, under the names that schedules, policy files and logs use; the learning rate first. */
export { learningRate as learning_rate } from './learning-rate.js';
export { attackSteps as attack_steps } from './attack-steps.js';
export { attackStepSize as attack_step_size } from './attack-step-size.js';
export { attackEps as attack_eps } from './attack-eps.js';
export { batchSize as batch_size } from './batch-size.js';
export { averagingWeight as averaging_weight } from './averaging-weight.js';
