import { describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArtifact } from '../../src/artifacts/files.js';
import { PACKAGE_ROOT } from '../../src/version.js';
import { problemFile } from '../solvers/problems/expected.js';
import type { HjbLrError } from '../../src/errors.js';

/** As issue 4 shows it. */
const LI_TAI_E = `{ "kind": "control_problem", "schema_version": "1.0.0", "name": "Li-Tai-E quadratic", "objective": "minimize",
  "parameters": { "a": 2, "k": 0.15 }, "horizon": 3, "discount": 0,
  "states":   [ { "name": "m", "domain": [0.0001, 4], "nodes": 401, "spacing": "log", "coordinate": "log", "boundary": ["reflecting", "natural"] } ],
  "controls": [ { "name": "u", "bounds": [0, 1] } ],
  "drift": ["-2*a*u*m + a*k*u^2/2"], "covariance": [["0"]], "running_cost": "0", "terminal_cost": "m",
  "time": { "steps": 400 }, "query": [ { "t": 0, "m": 2.89 } ] }`;

const STATE = { name: 'x', domain: [-1, 1] };
const REQUIRED = {
  kind: 'control_problem',
  schema_version: '1.0.0',
  horizon: 1,
  states: [STATE],
  controls: [],
  drift: ['0'],
  covariance: [['0']],
  running_cost: 'x',
};

const parse = (fields: object) => parseArtifact('control_problem', { ...REQUIRED, ...fields }, 'problem.json');

function issuesOf(fields: object): string[] {
  try {
    parse(fields);
  } catch (error) {
    return (error as HjbLrError).issues.map(({ path, message }) => `${path}: ${message}`);
  }
  throw new Error('not refused');
}

describe('what a user writes', () => {
  test('the first example, word for word, is one of the files beside the tests', async () => {
    expect(parseArtifact('control_problem', JSON.parse(LI_TAI_E), 'issue')).toEqual(await problemFile('li-tai-e'));
  });

  test('the one that the guide shows is the same problem', async () => {
    const guide = await readFile(path.join(PACKAGE_ROOT, 'docs', 'solve-a-control-problem.md'), 'utf8');
    const [, shown] = /```json\n(\{\s+"kind": "control_problem"[^`]*)```/.exec(guide)!;
    const { name: _, ...problem } = await problemFile('li-tai-e');
    const { running_cost: cost, ...read } = parseArtifact('control_problem', JSON.parse(shown), 'the guide');
    expect({ ...read, running_cost: cost ?? '0' }).toMatchObject(problem);
  });

  test('what is required is enough; every default is filled in', () => {
    expect(parse({})).toEqual({
      ...REQUIRED,
      name: 'control problem',
      objective: 'minimize',
      parameters: {},
      discount: 0,
      states: [{ ...STATE, nodes: 101, spacing: 'uniform', coordinate: 'identity', boundary: ['natural', 'natural'] }],
      terminal_cost: null,
      time: { steps: 200 },
      query: [],
      start: null,
      obstacle: null,
      risk: null,
      uncertainty: {},
      keep: 'query',
      scheme: 'accurate',
      kernel: 'typescript',
      threads: 1,
      tolerance: 1e-9,
      maximum_policy_iterations: 200,
      wider_domain: 'auto',
      limits: { node_steps: 1e9, bytes: 2e9 },
    });
  });

  test.each([
    ['defaults', {}],
    ['listed nodes', { states: [{ name: 'x', nodes: [0, 1, 3] }], query: [{ x: 1 }], start: { x: 1 } }],
    ['sinh', { states: [{ ...STATE, spacing: 'sinh', center: 0 }] }],
    ['infinite', { horizon: 'infinite', discount: 1, query: [{ x: 0 }] }],
    ['values', { controls: [{ name: 'u', values: [0, 1] }], keep: 3, time: { levels: [0, 0.5, 1] } }],
  ])('what is echoed is a file again: %s', (_, fields) => {
    const once = parse(fields);
    expect(parseArtifact('control_problem', JSON.parse(JSON.stringify(once)), 'echo')).toEqual(once);
  });

  test.each(Object.keys(REQUIRED).filter((field) => field !== 'kind'))('%s is required', (field) => {
    const needed = field === 'running_cost' ? 'has no cost' : `${field}: missing`;
    expect(issuesOf({ [field]: undefined }).join()).toContain(needed);
  });
});

describe('what is refused', () => {
  test.each<[string, object, string]>([
    ['a grid of 2 nodes', { states: [{ ...STATE, nodes: 2 }] }, 'states.0.nodes: a grid needs at least 3 nodes, got 2'],
    ['two listed nodes', { states: [{ name: 'x', nodes: [0, 1] }] }, 'states.0.nodes: a grid needs at least 3 nodes, got 2'],
    ['no nodes at all', { states: [{ name: 'x', nodes: [] }] }, 'states.0.nodes: a grid needs at least 3 nodes, got 0'],
    ['nodes that do not increase', { states: [{ name: 'x', nodes: [0, 1, 1] }] }, 'states.0.nodes.2: must be above 1, the node before, got 1'],
    ['a domain the wrong way round', { states: [{ name: 'x', domain: [1, -1] }] }, 'states.0.domain: the wrong way round: 1 is not below -1'],
    ['no domain', { states: [{ name: 'x' }] }, 'states.0.domain: missing: give [lower, upper], or list the nodes'],
    ['another domain than that of the nodes', { states: [{ ...STATE, nodes: [0, 1, 2] }] }, 'states.0.domain: must be the first and the last of the nodes, or left out'],
    ['spacing of listed nodes', { states: [{ name: 'x', nodes: [1, 2, 3], spacing: 'log' }] }, 'states.0.spacing: must be left out where the nodes are listed'],
    ['log spacing from 0', { states: [{ name: 'x', domain: [0, 1], spacing: 'log' }] }, 'states.0.domain: must be positive, because the state is logarithmic, got 0'],
    ['log coordinate below 0', { states: [{ ...STATE, coordinate: 'log' }] }, 'states.0.domain: must be positive, because the state is logarithmic, got -1'],
    ['sinh without a center', { states: [{ ...STATE, spacing: 'sinh' }] }, 'states.0.center: missing: where nodes crowd'],
    ['a center without sinh', { states: [{ ...STATE, center: 0 }] }, 'states.0.center: belongs to the spacing sinh alone'],
    ['one periodic face', { states: [{ ...STATE, boundary: ['periodic', 'natural'] }] }, 'states.0.boundary: periodic must be given for both faces'],
    ['bounds the wrong way round', { controls: [{ name: 'u', bounds: [1, 0] }] }, 'controls.0.bounds: the wrong way round: 1 is above 0'],
    ['three controls', { controls: ['a', 'b', 'c'].map((name) => ({ name, values: [1] })) }, 'controls: expected array to have <=2 items'],
    ['no state', { states: [] }, 'states: expected array to have >=1 items'],
    ['drift of another size', { drift: ['0', '0'] }, 'drift: must hold one expression for each of the 1 state(s), got 2'],
    ['covariance of another size', { covariance: [['0', '0']] }, 'covariance: must be a matrix of 1 x 1 expressions'],
    ['a name that shadows time', { parameters: { t: 1 } }, 'parameters.t: "t" is taken'],
    ['a name that shadows a constant', { controls: [{ name: 'pi', values: [1] }] }, 'controls.0.name: "pi" is taken'],
    ['a name that shadows a function', { parameters: { exp: 1 } }, 'parameters.exp: "exp" is taken'],
    ['a name that is a word of the syntax', { parameters: { mod: 1 } }, 'parameters.mod: "mod" is taken'],
    ['a name used twice', { parameters: { x: 1 } }, 'parameters.x: "x" is declared twice'],
    ['a name that is none', { parameters: { 'x y': 1 } }, 'parameters.x y: "x y" is not a name'],
    ['no discount over an infinite horizon', { horizon: 'infinite' }, 'discount: must be positive over an infinite horizon that no dirichlet face and no obstacle ends'],
    ['risk over an infinite horizon', { horizon: 'infinite', discount: 1, risk: 1 }, 'risk: needs a finite horizon'],
    ['a final cost over an infinite horizon', { horizon: 'infinite', discount: 1, terminal_cost: 'x' }, 'terminal_cost: must be left out over an infinite horizon'],
    ['levels over an infinite horizon', { horizon: 'infinite', discount: 1, time: { steps: 3 } }, 'time: must be left out over an infinite horizon'],
    ['time in a query over an infinite horizon', { horizon: 'infinite', discount: 1, query: [{ t: 0, x: 0 }] }, 'query.0.t: time has no meaning here'],
    ['levels that do not increase', { time: { levels: [0, 0.5, 0.5, 1] } }, 'time.levels: must increase strictly'],
    ['levels that start late', { time: { levels: [0.1, 1] } }, 'time.levels.0: must be 0, got 0.1'],
    ['levels that end early', { time: { levels: [0, 0.5] } }, 'time.levels.1: must be the horizon 1, got 0.5'],
    ['risk with a discount', { risk: 1, discount: 0.1 }, 'risk: is not defined with a discount'],
    ['no risk at all as a number', { risk: 0 }, 'risk: must not be 0'],
    ['a box of no parameter', { uncertainty: { a: [0, 1] } }, 'uncertainty.a: "a" is not one of the parameters'],
    ['a box the wrong way round', { parameters: { a: 1 }, uncertainty: { a: [1, 0] } }, 'uncertainty.a: the wrong way round: 1 is above 0'],
    ['a query without a state', { query: [{ t: 0 }] }, 'query.0.x: missing (a number for each state)'],
    ['a query of something else', { query: [{ x: 0, z: 1 }] }, 'query.0.z: "z" is not a state'],
    ['a start outside', { start: { x: 2 } }, 'start.x: must lie in the domain [-1, 1], got 2'],
    ['a start with time', { start: { x: 0, t: 0 } }, 'start.t: time has no meaning here'],
    ['unknown fields', { costs: 1 }, 'costs: unknown field'],
    ['an unknown boundary', { states: [{ ...STATE, boundary: ['natural', 'open'] }] }, 'states.0.boundary.1: expected one of'],
    ['threads of the kernel typescript', { threads: 2 }, 'threads: more than one needs the kernel wasm'],
    ['an unknown kernel', { kernel: 'c' }, 'kernel: '],
    ['a horizon of no length', { horizon: 0 }, 'horizon: '],
  ])('%s', (_, fields, message) => {
    expect(issuesOf(fields).join('\n')).toContain(message);
  }); // prettier-ignore

  test('all at once', () => {
    const issues = issuesOf({ parameters: { e: 1 }, drift: [], risk: 0, states: [{ ...STATE, nodes: 1 }] });
    expect(issues.map((issue) => issue.split(':')[0])).toEqual(['parameters.e', 'drift', 'states.0.nodes', 'risk']);
  });
});
