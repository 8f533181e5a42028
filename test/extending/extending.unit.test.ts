// What is registered comes before everything else: the schemas of files are made of it.
import { hinge } from './fixtures/hinge.js';
import { lossDrop } from './fixtures/loss-drop.js';
import { randomCorner } from './fixtures/random-corner.js';
import { steadyDecay } from './fixtures/steady-decay.js';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { readArtifact } from '../../src/artifacts/files.js';
import { closureSolution } from '../../src/artifacts/solution/solution.js';
import { readTrainingLog } from '../../src/artifacts/log-file.js';
import type { TrainingLog } from '../../src/artifacts/training-log/training-log.js';
import { registerClosure } from '../../src/extend.js';
import { PACKAGE_ROOT } from '../../src/version.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { walk } from './walk.js';

const EXPERIMENT = path.join(PACKAGE_ROOT, 'test', 'extending', 'toys.json');

let out: string;

beforeAll(async () => {
  out = await temporaryFolder();
  await walk(EXPERIMENT, out);
}, 120_000);

describe('a closure, an attack, a measurement and a loss of files outside', () => {
  test('the closure is fitted, with its own priors', async () => {
    const { closures, selected, attack, loss } = await readArtifact(
      'coefficients',
      path.join(out, 'coefficients.json'),
    );
    expect(selected).toBe(steadyDecay.name);
    const [{ parameters, states }] = closures;
    expect(parameters['decay'].prior?.median).toBe(steadyDecay.priors.initial_decay.median);
    expect(parameters['process_deviation'].source).toBe('set');
    expect(states.map(({ name }) => name)).toEqual(Object.keys(steadyDecay.axes));
    expect({ type: attack?.type, loss }).toEqual({ type: randomCorner.name, loss: hinge.name });
  });

  test('its problem is solved on the nodes that the experiment gives, and its policy knows where to stop', async () => {
    const file = path.join(out, 'solution.json');
    const { axes, status } = closureSolution(await readArtifact('solution', file), file);
    expect(status).toBe('converged');
    expect(axes.map(({ name, grid }) => [name, grid.length])).toEqual([['gap', 9]]);
    const { filter, support } = await readArtifact('policy', path.join(out, 'policy-hjb.json'));
    expect(filter?.kind).toBe(steadyDecay.name);
    expect(support['gap'][0]).toBe(0);
  });

  test('the run follows the policy, under the attack and the loss, and is measured', async () => {
    const { header, steps, measurements, evaluations, end } = await trained();
    expect(end?.status).toBe('completed');
    expect(header.attack).toEqual({
      type: 'random_corner',
      eps: {
        schedule: [
          [0, 0.05],
          [0.5, 0.1],
        ],
      },
    });
    expect(steps.some(({ reason }) => reason === 'table')).toBe(true);
    expect(measurements.map((row) => row.measurement as string)).toEqual(
      Array.from({ length: 6 }, () => lossDrop.name),
    );
    expect(evaluations.at(-1)?.attack).toBe(randomCorner.describe({ type: 'random_corner', eps: 0.1 }));
  });

  test('the report draws what was measured', async () => {
    expect(await readFile(path.join(out, 'report.html'), 'utf8')).toContain(lossDrop.quantities.loss_drop.label);
  });

  test('whatever comes too late, or under a name that is taken, is refused with both problems', () => {
    const add = (): void => registerClosure(steadyDecay);
    expect(add).toThrow('The closure "steady_decay" cannot be added.');
    const issues = ['is taken', 'comes too late: the schemas of files have been made without it'];
    expect(caught(add)).toMatchObject({
      code: 'E_INVALID',
      issues: issues.map((message) => ({ path: 'name', message })),
    });
  });
});

async function trained(): Promise<TrainingLog> {
  const folder = path.join(out, 'train');
  const logs = (await readdir(folder)).filter((name) => name.endsWith('.jsonl'));
  return readTrainingLog(path.join(folder, logs[0]));
}

function caught(call: () => void): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return null;
}
