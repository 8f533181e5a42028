import { modelOf } from '../sde/models.js';
import { weakOrder } from '../../src/sde/weak-order/weak-order.js';
let t = Date.now();
const table = (rate: string, more = {}) => modelOf({ loss: 'log(cosh(theta - x)) + 0.05*(theta*x)^2', parameters: {}, data: { points: [[-1],[0.4],[1.3]] }, batch_size: 1, attack: { type: 'penalised_ascent', steps: 4, eta_i: .1, lambda: 2 }, horizon: 1, start: { theta: 1.5 }, rate: { value: rate, bounds: [0, 2] }, at: [{theta: 1.5}], observables: ['theta^2 + sin(2*theta)'], ...more });
for (const [rate, more] of [['1.5/(1+t)', {}], ['.6+.5*theta^2/(1+theta^2)+.3*sin(3*t)', {}], ['1.5/(1+t)', { batch_size: 8 }], ['1.5/(1+t)', { data: {points: Array.from({length: 40}, (_, i) => [Math.sin(i)]) }, batch_size: 1 }]] as const) {
t = Date.now();
const r = await weakOrder(await table(rate, more)); console.log(Date.now() - t, r.sentences, r.observables[0].orders[1]); }
t = Date.now();
const r = await weakOrder(await modelOf({rate: {value: '1/(1+t)'}}), { etas: [.1,.05,.025,.0125], runs: 1000 }); console.log(Date.now() - t, r.sentences, JSON.stringify(r.observables[0].orders)); 
