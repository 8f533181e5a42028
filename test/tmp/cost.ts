import { modelOf } from '../sde/models.js';
for (const changes of [
 { data: { gaussian: { mean: [0.5, 0.2], covariance: [[1, 0.5], [0.5, 1]] } }, attack: { type: 'projected_ascent', eps: 0.1, steps: 3 } },
 { data: { gaussian: { mean: [0.5, 0.2], covariance: [[1, 0.5], [0.5, 1]] } }, attack: { type: 'penalised_ascent', steps: 3, eta_i: .1, lambda: 3 } },
 { data: { points: Array.from({length: 300}, (_, i) => [Math.sin(i), Math.cos(i * i)]) }, attack: { type: 'penalised_ascent', steps: 3, eta_i: .1, lambda: 3 } }]) {
const m2 = await modelOf({ weights: ['a', 'b'], inputs: ['x'], label: 'y', loss: '(a*x + b*x^2/2 - y)^2/2', start: { a: 1, b: -1 }, at: [{ a: 1, b: -1 }], observables: ['a*b'], horizon: 2, rate: { value: '1/(1+t)' }, ...changes });
const [h, S, D] = [new Float64Array(2), new Float64Array(4), new Float64Array(4)];
for (let k = 0; k < 2; k++) {
let t = performance.now(); for (let i = 0; i < 20; i++) m2.meanFieldAndCovariance([1 - i/40, -1 + i / 60], h, S); const t1 = performance.now() - t;
t = performance.now(); for (let i = 0; i < 20; i++) m2.meanFieldJacobian([1 - i/40, -1 + i / 60], D); console.log(m2.method, t1 / 20, (performance.now() - t) / 20, m2.jacobianMethod([1,1]));
}}
