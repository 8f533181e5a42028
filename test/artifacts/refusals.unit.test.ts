import { describe, expect, test } from '@jest/globals';
import { coefficientsSchema } from '../../src/artifacts/coefficients/coefficients.js';
import { estimationSchema, policyOptionsSchema } from '../../src/artifacts/experiment/experiment.js';
import { parseArtifact, type Artifact } from '../../src/artifacts/files.js';
import type { ArtifactKind } from '../../src/artifacts/schemas.js';
import type { HjbLrError, Issue } from '../../src/errors.js';
import { estimateCoefficients } from '../../src/estimation/stage.js';
import { pilotLog } from '../helpers/pilot-log.js';
import { exampleExperiment } from './fixtures/examples.js';

function issuesIn(kind: ArtifactKind, value: unknown): readonly Issue[] {
  try {
    parseArtifact(kind, value, 'file.json');
    return [];
  } catch (error) {
    return (error as HjbLrError).issues;
  }
}

describe('an experiment', () => {
  const tournament = (rates: number[]) => ({ peak: { method: 'paired_tournament', rates } });

  test.each([
    ['seeds', { seeds: [1, 2, 1] }, 'seeds'],
    ['fixed rates', { benchmark: { fixed_rates: [0.1, 0.1] } }, 'benchmark.fixed_rates'],
    ['decays', { benchmark: { fixed_rates: [0.1], decays: ['wsd', 'wsd'] } }, 'benchmark.decays'],
    ['closures', { estimation: { closures: ['loss_alone', 'loss_alone'] } }, 'estimation.closures'],
  ])('that names one of its %s twice is refused', (_, fields, path) => {
    const issues = issuesIn('experiment', { ...exampleExperiment(), ...fields });
    expect(issues).toEqual([{ path, message: 'must not name the same value twice' }]);
  });

  test('whose tournament is not in order is refused: the parabola goes through neighbouring rates', () => {
    const pilot = (rates: number[]) => issuesIn('experiment', { ...exampleExperiment(), pilot: tournament(rates) });
    expect(pilot([0.1, 0.9, 0.3])).toEqual([
      { path: 'pilot.peak.rates', message: expect.stringMatching(/^must increase strictly/) },
    ]);
    expect(pilot([0.1, 0.3, 0.9])).toEqual([]);
  });
});

describe('coefficients', () => {
  const logs = ['a', 'b'].map((id) => pilotLog(id, { updates: 24 }));
  const options = {
    name: 'test',
    estimation: estimationSchema.parse({ closures: ['loss_alone'], bootstrap: 0 }),
    policy: policyOptionsSchema.parse({}),
  };
  const coefficients: Artifact<'coefficients'> = estimateCoefficients(logs, options, { seed: 1 });

  test('that select a closure which they do not hold are refused', () => {
    expect(issuesIn('coefficients', { ...coefficients, selected: 'nope' })).toEqual([
      { path: 'selected', message: 'must be null or the name of one of the closures' },
    ]);
    expect(coefficientsSchema.safeParse({ ...coefficients, selected: null }).success).toBe(true);
  });

  test('whose smallest rate is above the largest are refused at that field', () => {
    expect(issuesIn('coefficients', { ...coefficients, rates: { min: 2, max: 1 } })).toEqual([
      { path: 'rates.min', message: expect.stringMatching(/^min must not be above max/) },
    ]);
  });

  test('without any closure say why', () => {
    const none = { ...coefficients, closures: [], selected: null };
    expect(issuesIn('coefficients', none)).toEqual([
      { path: 'closures', message: expect.stringContaining('"unfitted"') },
    ]);
    expect(issuesIn('coefficients', { ...none, unfitted: 'every run diverged' })).toEqual([]);
  });

  test('say of every value either its prior or why it was set', () => {
    const { parameters } = coefficients.closures[0];
    const unstated = Object.values(parameters).filter(({ prior, reason }) => prior === null && reason === undefined);
    expect(unstated).toEqual([]);
    expect(parameters['rate_scale']).toMatchObject({ source: 'set', reason: expect.stringContaining('peak rate') });
  });
});
