import { modelOf } from '../sde/models.js';
import { longRun } from '../../src/sde/long-run/long-run.js';
let t = Date.now();
const show = (r: any) => console.log(Date.now() - t, r.sentences, r.lyapunov, r.rates, r.stationary?.mean, r.stationary?.covariance, r.stationary?.spectral_gap, r.real);
t = Date.now();
show(longRun(await modelOf({ weights: ['a', 'b'], inputs: ['x'], label: 'y', loss: 'log(1+exp(-(a*x + b)*y)) + 0.1*(a^2+b^2)', data: { points: Array.from({length: 60}, (_, i) => [Math.sin(i), Math.cos(i * i) > 0 ? 1 : -1]) }, start: { a: 1, b: -1 }, at: [{ a: 1, b: -1 }], observables: ['a*b'], horizon: 2, attack: { type: 'projected_ascent', norm: 'L2', direction: 'gradient', eps: 0.1, steps: 3 }, rate: { value: '1/(1+t)' } })));
