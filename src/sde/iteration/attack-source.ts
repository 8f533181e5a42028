import { numeral } from '../../math/generated-function.js';
import type { SgdAttackSpec } from '../../artifacts/sgd-model/sgd-model.js';

/**
 * Source of one step of the ascent on locals `d0`, ... from the input gradient `g0`, ...; the same steps as in `../attack`.
 */
export function stepSource(attack: SgdAttackSpec, inputs: number): string {
  const each = (line: (j: number) => string): string => Array.from({ length: inputs }, (_, j) => line(j)).join(' ');
  if (attack.type === 'none') return '';
  if (attack.type === 'penalised_ascent') {
    const [eta, kept] = [numeral(attack.eta_i), numeral(1 - attack.eta_i * attack.lambda)];
    return each((j) => `d${j} = ${kept} * d${j} + ${eta} * g${j};`);
  }
  const { direction, norm } = attack;
  const [alpha, eps] = [numeral(attack.alpha), numeral(attack.eps)];
  const length = (name: string): string =>
    inputs === 1
      ? `Math.abs(${name}0)`
      : `Math.sqrt(${Array.from({ length: inputs }, (_, j) => `${name}${j} * ${name}${j}`).join(' + ')})`;
  const steps = {
    gradient: each((j) => `d${j} += ${alpha} * g${j};`),
    sign: each((j) => `d${j} += ${alpha} * Math.sign(g${j});`),
    normalised: `{ const r = ${length('g')}; if (r > 0) { ${each((j) => `d${j} += ${alpha} * (g${j} / r);`)} } }`,
  };
  const onto = {
    Linf: each((j) => `d${j} = d${j} > ${eps} ? ${eps} : d${j} < -${eps} ? -${eps} : d${j};`),
    L2: `{ const r = ${length('d')}; if (r > ${eps}) { ${each((j) => `d${j} *= ${eps} / r;`)} } }`,
  };
  return `${steps[direction!]} ${onto[norm]}`;
}
