export { isAffordable, recommendedMethod, type Choice, type Recommended } from './choices.js';
export { recommend, type Recommendation } from './recommend.js';
export { readingsCostOf, recommendedPolicy } from './policy-file.js';
export { readingsCost, readingsOf, readingTasks, type Readings } from './readings.js';
export { recommendedSetting, type RecommendedSetting } from './setting.js';
export { wholeMethodTask } from './follow.js';
