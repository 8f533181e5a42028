import { modelOf } from '../sde/models.js';
import { robustness } from '../../src/sde/robustness/robustness.js';
let t = Date.now();
console.log((await robustness(await modelOf())).sentences, Date.now() - t); t = Date.now();
console.log((await robustness(await modelOf({ loss: '(theta*x - y)^2/2', label: 'y', data: { points: [[1, 1], [-1, -0.5], [0.5, 0.8]] }, parameters: {}, attack: { type: 'projected_ascent', eps: 0.3, steps: 5 } }))).sentences, Date.now() - t);
