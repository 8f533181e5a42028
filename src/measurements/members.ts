/** The built-in measurements, one in each line, under the names that files use. */
export { attackGap as attack_gap } from './attack-gap.js';
export { batchSharpness as batch_sharpness } from './batch-sharpness.js';
export { gradientInnerProduct as gradient_inner_product } from './gradient-inner-product.js';
export { hessianVectorProductMeasurement as hessian_vector_product } from './hessian-vector-product.js';
export { lanczosSpectrumMeasurement as lanczos_spectrum } from './lanczos-spectrum.js';
export { noiseTrace as noise_trace } from './noise-trace.js';
export { stepCurvatureMeasurement as step_curvature } from './step-curvature.js';
