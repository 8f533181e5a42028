export { recommendedMethod, requireAffordable, type Choice, type Recommended } from './choices.js';
export { recommendedPolicy } from './policy-file.js';
export { readingsCost, readingsOf, readingTasks, type Readings } from './readings.js';
export { recommendedSetting, type RecommendedSetting } from './setting.js';
export { wholeMethodTask } from './follow.js';
