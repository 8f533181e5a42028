import { describe, expect, test } from '@jest/globals';
import { fieldFigures } from '../../src/report/figures/sde-fields.js';
import { sdePage } from '../../src/report/pages/sde.js';
import { htmlReport } from '../../src/report/render.js';
import { coefficientTable, sdeText } from '../../src/sde/text.js';
import { analyseSgdModel } from '../../src/sde/index.js';
import { modelOf } from '../sde/models.js';

const TWO = {
  name: 'a <model>',
  weights: ['a', 'b'],
  loss: '(a - x)^2/2 + (b*x - 1)^2/2',
  data: { points: [[1], [0.5]] },
  start: { a: 0, b: 0 },
  at: [{ a: 1, b: 0.5 }, { a: 0, b: 2 }],
  observables: [],
}; // prettier-ignore

describe('the page of an SDE', () => {
  test('one weight: curves that are the fields of the model', async () => {
    const [model, clean] = [await modelOf(), await modelOf({ attack: { type: 'none' } })];
    const figures = fieldFigures(model, clean);
    expect(figures.map(({ id }) => id)).toEqual(['mean-field', 'covariance', 'losses']);
    const [attacked, plain] = figures[0].data as { x: number[]; y: number[] }[];
    // around start 2.2 and the point .6, half their distance further; hbar = (1 + c_K)(theta - mu), without attack theta - mu
    expect([attacked.x[0], attacked.x.at(-1)].map((x) => Number(x!.toFixed(9)))).toEqual([-0.2, 3]);
    expect(attacked.y[0]).toBeCloseTo(-0.4 * 1.45882285, 9);
    expect(plain.y[0]).toBeCloseTo(-0.4, 12);
    expect(figures.every(({ table }) => table.rows.every((row) => row.length === table.head.length))).toBe(true);
  });

  test('two weights: maps; what has no number is left blank', async () => {
    const model = await modelOf({ ...TWO, loss: 'log(a) + (b - x)^2', start: { a: 1, b: 0 }, at: [{ a: 0.4, b: 1 }] });
    const figures = fieldFigures(model, model);
    expect(figures.map(({ id }) => id)).toEqual(['adversarial-loss', 'clean-loss', 'covariance']);
    const [{ x, z }] = figures[0].data as { x: number[]; z: (number | null)[][] }[];
    expect(x[0]).toBeCloseTo(0.1, 12);
    expect(z).toHaveLength(25);
    const below = await modelOf({ ...TWO, loss: 'log(a) + (b - x)^2', start: { a: 1, b: 0 }, at: [{ a: 0.1, b: 1 }] });
    const [{ x: lower, z: blank }] = fieldFigures(below, below)[0].data as { x: number[]; z: (number | null)[][] }[];
    expect(lower[0]).toBeLessThan(0);
    expect(blank[0][0]).toBeNull();
    expect(blank[0].at(-1)).not.toBeNull();
  });

  test('names are escaped, every point has its columns', async () => {
    const model = await modelOf(TWO);
    const result = analyseSgdModel(model);
    const { head, rows } = coefficientTable(result);
    expect(head).toEqual(['', 'a = 1, b = 0.5', '± error', 'a = 0, b = 2', '± error']);
    expect(rows.map(([name]) => name)).toContain('covariance S of a minibatch: a, b');
    expect(rows.every((row) => row.length === head.length)).toBe(true);
    const provenance = { tool: 'hjb-lr', tool_version: '1' };
    const page = htmlReport([sdePage({ model, result, provenance }, fieldFigures(model, model))], '/* plotly */');
    expect(page).toContain('<h1>a &lt;model&gt;</h1>');
    expect(sdeText(result).at(-1)).toContain('D hbar:');
    expect(sdeText({ ...result, points: [] })).toEqual(['The file asks for no point ("at": []).']);
  });
});
