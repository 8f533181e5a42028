import { describe, expect, test } from '@jest/globals';
import { parseArtifact } from '../../src/artifacts/files.js';
import type { HjbLrError } from '../../src/errors.js';

const REQUIRED = {
  kind: 'sgd_model',
  schema_version: '1.0.0',
  weights: ['theta'],
  inputs: ['x'],
  loss: '(theta - x)^2',
  data: { gaussian: { mean: [0], covariance: [[1]] } },
  eta: 0.1,
  horizon: 3,
  start: { theta: 2 },
};

const parse = (fields: object) => parseArtifact('sgd_model', { ...REQUIRED, ...fields }, 'model.json');

function issuesOf(fields: object): string[] {
  try {
    parse(fields);
  } catch (error) {
    return (error as HjbLrError).issues.map(({ path, message }) => `${path}: ${message}`);
  }
  return [];
}

describe('a model file', () => {
  test('with what must be there alone has every default', () => {
    expect(parse({})).toEqual({
      ...REQUIRED,
      name: 'sgd model',
      label: null,
      parameters: {},
      attack: { type: 'none' },
      batch_size: 1,
      rate: { value: '1', bounds: [0, 1] },
      at: [{ theta: 2 }],
      observables: [],
      control: null,
    });
  });

  test('defaults of a projected attack follow its norm; a file filled in reads as itself', () => {
    const attack = (fields: object) =>
      parse({ attack: { type: 'projected_ascent', eps: 0.4, steps: 5, ...fields } }).attack;
    expect(attack({})).toMatchObject({ norm: 'Linf', alpha: 0.2, direction: 'sign', random_start: false });
    expect(attack({ norm: 'L2', alpha: 0.3 })).toMatchObject({ alpha: 0.3, direction: 'normalised' });
    const filled = parse({ attack: attack({}), control: { domain: { theta: [-5, 5] } } });
    expect(parse(filled)).toEqual(filled);
    expect(filled.control).toMatchObject({
      order: 2,
      boundary: 'reflecting',
      terminal_cost: 'loss',
      running_cost: null,
    });
  });

  test.each([
    [{ weights: ['loss'], start: { loss: 1 } }, 'weights.0: "loss" is taken by the control problem'],
    [{ weights: ['theta', 'theta'] }, 'weights.1: "theta" is declared twice'],
    [{ inputs: ['t'] }, 'inputs.0: "t" is taken: it is the time, a constant, a function or a word of the syntax'],
    [{ label: 'x', data: { points: [[0, 1]] } }, 'label: "x" is declared twice'],
    [{ parameters: { '2c': 1 } }, 'parameters.2c: "2c" is not a name: a letter, then letters, digits and _'],
    [{ start: {} }, 'start.theta: missing (a number for each weight)'],
    [{ at: [{ theta: 1, eta: 2 }] }, 'at.0.eta: "eta" is not a weight'],
    [{ eta: 4 }, 'horizon: must be one update or more (eta = 4), got 3'],
    [{ eta: 0 }, 'eta: expected number to be >0; got 0'],
    [{ batch_size: 0 }, 'batch_size: expected number to be >0; got 0'],
    [{ rate: { bounds: [1, 0] } }, 'rate.bounds: the wrong way round: 1 is above 0'],
    [{ rate: { value: '1.5' } }, 'rate.value: must lie in the bounds [0, 1], got 1.5'],
    [{ attack: { type: 'pgd' } }, /^attack/],
    [{ data: { gaussian: { mean: [0, 1], covariance: [[1]] } } }, 'data.gaussian.mean: must hold 1 number(s), got 2'],
    [{ data: { gaussian: { mean: [0], covariance: [[-1]] } } }, 'data.gaussian.covariance: is not positive semidefinite'],
    [
      { data: { gaussian: { mean: [0], covariance: [[1, 0]] } } },
      'data.gaussian.covariance: must be a matrix of 1 x 1 numbers',
    ],
    [
      { label: 'y', data: { mixture: [{ weight: 1, mean: [0, 0], covariance: [[1, 0.5], [0.4, 1]] }] } },
      'data.mixture.0.covariance: is not symmetric: entry 1,0 is 0.4 and entry 0,1 is 0.5',
    ],
    [{ label: 'y', data: { points: [[0, 1], [0]] } }, /^data.points.1: must hold 2 number\(s\) \(one for each input, then/],
    [{ data: { points: [[0], [1]], weights: [1] } }, 'data.weights: must hold one weight for each of the 2 points, got 1'],
    [{ data: { points: [[0]], weights: [0] } }, 'data.weights: must not all be 0'],
    [{ data: { file: { path: 'a.csv', inputs: ['u', 'v'] } } }, /^data.file.inputs: must name a column for each of the 1/],
    [{ label: 'y', data: { file: { path: 'a.csv', inputs: ['u'] } } }, 'data.file.label: missing: the column of the label "y"'],
    [{ data: { file: { path: 'a.csv', inputs: ['u'], label: 'y' } } }, 'data.file.label: must be left out: the model has no label'],
    [{ control: { domain: {} } }, 'control.domain.theta: missing ([lower, upper] for each weight)'],
    [{ control: { domain: { theta: [3, 5] } } }, `start.theta: must lie in the control's domain [3, 5], got 2`],
    [{ control: { domain: { theta: [-5, 5] }, terminal_cost: null } }, /^control: has no cost/],
    [{ extra: 1 }, 'extra: unknown field'],
  ] as [object, string | RegExp][])('refuses %j', (fields, issue) => {
    const issues = issuesOf(fields);
    expect(issues).toHaveLength(1);
    expect(issues[0]).toMatch(issue instanceof RegExp ? issue : new RegExp(`^${escaped(issue)}$`));
  }); // prettier-ignore

  test('tells every problem at once', () => {
    const issues = issuesOf({
      weights: ['theta', 'x'],
      data: { points: [[0, 1]] },
      horizon: 0.01,
      rate: { bounds: [2, 1] },
      at: [{}],
    });
    expect(issues.map((issue) => issue.split(':')[0])).toEqual([
      'inputs.0', 'data.points.0', 'horizon', 'rate.bounds', 'start.x', 'at.0.theta', 'at.0.x',
    ]); // prettier-ignore
  });
});

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
