export { applyMask, applyRelu, ascend, fillZero, transfer } from './elementwise';
export { multiply } from './multiply';
export { pack, packTransposed } from './pack';
export { maxPool, maxPoolGradient, meanPool, meanPoolGradient } from './pool';
export { weightGradient } from './weight-gradient';
