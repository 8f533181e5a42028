/** Measurements along a run, and the functions behind them. */
export { batchLoss, frozenLoss, type BatchLoss, type BatchLossOptions, type WeightLoss } from './batch-loss.js';
export { gradientMoments, type GradientMoments } from '../../measurements/estimators/gradient-moments.js';
export { hessianVectorProduct, rayleighQuotient } from '../../measurements/estimators/hessian-vector-product.js';
export { lanczosSpectrum } from '../../measurements/estimators/lanczos-spectrum.js';
export { isDue, measure, type MeasurementPoint } from './measure.js';
export { stepCurvature, type StepCurvature } from '../../measurements/estimators/step-curvature.js';
