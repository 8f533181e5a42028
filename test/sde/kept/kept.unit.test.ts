import { afterAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { HjbLrError } from '../../../src/errors.js';
import { readArtifact } from '../../../src/artifacts/files.js';
import { sdePageStage, sdeStage } from '../../../src/index.js';
import { analyseSgdModel, fuseIteration, simulateKept, simulateSgd, weakOrder } from '../../../src/sde/index.js';
import { fileOf, LOCATION, modelOf, projected, type Changes } from '../models.js';
import { KEPT_LOCATION, keptLocation } from './models.js';

function refusal(changes: Changes): readonly string[] {
  try {
    fileOf(changes);
  } catch (error) {
    return (error as HjbLrError).issues.map(({ path: at, message }) => `${at}: ${message}`);
  }
  return [];
}

describe('the attack of a file', () => {
  test('defaults: one step, and a step as long as the radius, where perturbations are kept', () => {
    expect(fileOf(KEPT_LOCATION).attack).toMatchObject({ start: 'kept', steps: 1 });
    const attack = { type: 'projected_ascent', start: 'kept', eps: 0.4 };
    expect(fileOf({ ...KEPT_LOCATION, attack }).attack).toMatchObject({ steps: 1, alpha: 0.4, direction: 'sign' });
    expect(fileOf({ attack: projected() }).attack).toMatchObject({ start: 'zero', alpha: (2.5 * 0.3) / 5 });
  });

  test.each([
    ['an attack that has none', { attack: { type: 'none', start: 'kept' } }, /^attack.start: .*type "none" has no perturbation to keep: write/],
    ['data given as a law', { attack: KEPT_LOCATION.attack }, /^attack.start: "kept" belongs to the rows .* write "data": \{ "points"/],
    ['weighted rows', { ...KEPT_LOCATION, data: { points: [[1], [2]], weights: [1, 2] } }, /^data.weights: .*repeat a row/],
    ['a random start', { ...KEPT_LOCATION, attack: { type: 'projected_ascent', start: 'kept', eps: 0.1, random_start: true } }, /^attack.random_start: .*they begin at 0/],
    ['too many rows', { ...KEPT_LOCATION, data: { points: Array.from({ length: 10_001 }, () => [0]) } }, /^data.points: must be at most 10000 rows/],
    ['an attack rate where nothing is kept', { control: { domain: { theta: [-5, 5] }, attack_rate: [0, 1] } }, /^control.attack_rate: must be left out/],
    ['a control without the second state', { ...KEPT_LOCATION, control: { domain: { theta: [-5, 5] } } }, /^control.domain.perturbation: missing/],
    ['a control of a projected ascent', { ...KEPT_LOCATION, attack: { type: 'projected_ascent', start: 'kept', eps: 0.1 }, control: { domain: { theta: [-5, 5], perturbation: [-1, 1] } } }, /^control: is solved for one weight, one input and a penalised ascent/],
    ['no steps where the ascent restarts', { attack: { type: 'penalised_ascent', eta_i: 0.1, lambda: 2 } }, /^attack.steps: missing/],
  ] as const)('refuses %s', (_, changes, message) => {
    expect(refusal(changes)).toEqual([expect.stringMatching(message)]);
  }); // prettier-ignore
});

describe('what is written for restarting perturbations', () => {
  test('refuses kept ones by name', async () => {
    const model = await keptLocation();
    const message = 'is for perturbations that restart in every update, and these are kept.';
    expect(() => analyseSgdModel(model)).toThrow(`analyseSgdModel ${message}`);
    expect(() => fuseIteration(model)).toThrow(`fuseIteration ${message}`);
    await expect(weakOrder(model)).rejects.toThrow(`weakOrder ${message}`);
    await expect(simulateSgd(model)).rejects.toThrow(`simulateSgd ${message}`);
    await expect(simulateKept(await modelOf())).rejects.toThrow('restart in every update');
  });
});

describe('hjb-lr sde', () => {
  const folder = mkdtemp(path.join(tmpdir(), 'kept-'));
  const written = async (changes: Changes): Promise<string> => {
    const file = path.join(await folder, 'model.json');
    await writeFile(file, JSON.stringify({ ...LOCATION, ...changes }));
    return file;
  };
  afterAll(async () => rm(await folder, { recursive: true }));

  test('writes the flows and the studies, the same bytes for the same seed, and draws them', async () => {
    const modelPath = await written({ ...KEPT_LOCATION, horizon: 0.8 });
    const out = path.join(await folder, 'out');
    const run = () =>
      sdeStage({ modelPath, out, seed: 3, simulate: true, weakOrder: true, etas: [0.08, 0.04], runs: 20 });
    const [first, second] = [await run(), await run()];
    expect(second.result).toEqual(first.result);
    expect(first.summary.join('\n')).toContain('Each of 5 examples keeps its perturbation');
    const { result } = await readArtifact('sde_analysis', path.join(out, 'sde.json'));
    expect(result).toEqual(first.result);
    expect(result.kept!.flows.map(({ scheme }) => scheme)).toEqual(['kept', 'restarted', 'danskin', 'frozen']);
    expect(result.points).toEqual([]);
    const page = await sdePageStage({ analysisPath: path.join(out, 'sde.json'), dataFolder: await folder, out });
    const html = await readFile(page.artifacts[0], 'utf8');
    ['kept-losses', 'kept-weights', 'weak-order-0', 'simulation-1-mean'].forEach((id) => expect(html).toContain(id));
    expect(html).not.toContain('Coefficients of dX');
  });

  test.each(['longRun', 'robustness'] as const)('refuses --%s by name', async (study) => {
    const modelPath = await written(KEPT_LOCATION);
    await expect(sdeStage({ modelPath, [study]: true })).rejects.toMatchObject({
      code: 'E_INVALID',
      message: expect.stringMatching(/^--(long-run|robustness) is for perturbations that restart/),
    });
  });
});
