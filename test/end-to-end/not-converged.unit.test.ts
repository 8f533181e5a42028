import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readArtifact, writeArtifact } from '../../src/artifacts/files.js';
import { PACKAGE_ROOT } from '../../src/version.js';
import { runCommand } from '../helpers/cli.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

const TINY = path.join(PACKAGE_ROOT, 'test', 'fixtures', 'tiny.json');

/** The tiny experiment with other fields, in a folder of its own. */
async function variant(fields: Record<string, unknown>): Promise<{ file: string; out: string }> {
  const folder = await temporaryFolder();
  const file = path.join(folder, 'experiment.json');
  await writeFile(file, JSON.stringify({ ...(JSON.parse(await readFile(TINY, 'utf8')) as object), ...fields }));
  return { file, out: path.join(folder, 'out') };
}

const SHORT = { horizon: 240, seeds: [1], benchmark: { fixed_rates: [0.1], decays: [], schedule_free: null } };
const PILOT = { runs: 2, updates_per_run: 25, hold: 10 };

describe('a solver that does not converge', () => {
  test('gives exit code 4 with everything written, and the verdict and the report say so', async () => {
    const solver = { nodes: { slow: 11, noise: 11 }, steps: 30, maximum_policy_iterations: 1, tolerance: 1e-14 };
    const { file, out } = await variant({ ...SHORT, solver });
    const { code, stdout } = await runCommand(['run', file, '--out', out]);
    expect(code).toBe(4);
    expect(stdout).toMatch(/The solver did not converge for 1 of 1 seeds \(seed 1: max_iterations\)/);
    expect(await readFile(path.join(out, 'report.html'), 'utf8')).toContain('max_iterations');

    const coefficients = path.join(out, 'seeds', '1', 'coefficients.json');
    const again = await runCommand(['solve', coefficients, '--experiment', file, '--out', out]);
    expect([again.code, again.stderr]).toEqual([4, expect.stringContaining(`next: hjb-lr train ${file} --policy`)]);
  }, 120_000);
});

describe('a policy that follows no closure', () => {
  test('leaves no older solution beside it', async () => {
    const { file, out } = await variant({});
    await runCommand(['pilot', file, '--out', out]);
    const estimated = await runCommand(['estimate', `${out}/trajectories`, '--experiment', file, '--out', out]);
    expect(estimated.stderr).toContain(`next: hjb-lr solve ${out}/coefficients.json --experiment ${file} --out ${out}`);
    const coefficients = path.join(out, 'coefficients.json');
    expect((await runCommand(['solve', coefficients, '--experiment', file, '--out', out])).code).toBe(0);
    expect(existsSync(path.join(out, 'solution.json'))).toBe(true);
    const fit = await readArtifact('coefficients', coefficients);
    await writeArtifact('coefficients', coefficients, { ...fit, selected: null });
    expect((await runCommand(['solve', coefficients, '--out', out])).code).toBe(0);
    expect(existsSync(path.join(out, 'solution.json'))).toBe(false);
  }, 120_000);
});

describe('a pilot that diverges', () => {
  const diverging = { ...PILOT, peak: { method: 'given', peak: 1e40 } };

  test('says which runs and ends with exit code 4; the estimate of such logs names the file', async () => {
    const { file, out } = await variant({ pilot: diverging });
    const { code, stdout, stderr } = await runCommand(['pilot', file, '--out', out]);
    expect(code).toBe(4);
    expect(stdout).toMatch(/2 of 2 runs diverged:\n {2}pilot\/1\/run-0: update 1: loss nan, gradient norm nan\n/);
    expect(stderr).not.toMatch(/next:/);
    const estimated = await runCommand(['estimate', path.join(out, 'trajectories'), '--out', out]);
    expect(estimated.stderr).toMatch(/trajectories\/run-0\.jsonl: diverged/);
  }, 60_000);

  test('in a benchmark becomes a seed without a closure, with the reason', async () => {
    const { file, out } = await variant({ ...SHORT, pilot: diverging });
    const { code, stderr } = await runCommand(['run', file, '--out', out]);
    expect([code, stderr]).toEqual([4, expect.any(String)]);
    const { seeds, verdict, methods } = await readArtifact('results', path.join(out, 'results.json'));
    expect(seeds[0].coefficients.unfitted).toMatch(/run-0: diverged/);
    expect(verdict.sentences[0]).toMatch(
      /^The policy is its fallback, .*for the one seed: the pilot's runs could not be fitted/,
    );
    expect(methods.find(({ family }) => family === 'policy')!.summary.dead).toBe(1);
  }, 120_000);
});

describe('a pilot whose losses jump beyond any noise', () => {
  test('is refused by the estimate with the remedy', async () => {
    const { file, out } = await variant({ pilot: { ...PILOT, peak: { method: 'given', peak: 1e30 } } });
    expect((await runCommand(['pilot', file, '--out', out])).code).toBe(0);
    const { code, stderr } = await runCommand(['estimate', path.join(out, 'trajectories'), '--out', out]);
    expect([code, stderr]).toEqual([3, expect.stringMatching(/No \w+ closure fits these runs.*\n.*lower peak/)]);
  }, 60_000);
});

describe('a pilot that is refused', () => {
  test('names the file and leaves the folder to the corrected experiment', async () => {
    const { file, out } = await variant({ pilot: { ...PILOT, runs: 9 } });
    const refused = await runCommand(['pilot', file, '--out', out]);
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining(`${file}: The pilot does not fit.`)]);
    expect(existsSync(path.join(out, 'run.json'))).toBe(false);
    const corrected = { ...(JSON.parse(await readFile(file, 'utf8')) as object), pilot: PILOT };
    await writeFile(file, JSON.stringify(corrected));
    expect((await runCommand(['pilot', file, '--out', out])).code).toBe(0);
  }, 60_000);

  test.each([
    ['benchmark', { benchmark: undefined }, /The experiment has no "benchmark"/],
    [
      'model',
      {
        workload: {
          data: { format: 'builtin', name: 'digits' },
          model: { layers: [{ type: 'flatten' }, { type: 'dense', units: 7 }] },
          attack: null,
        },
      },
      /Layer 1 \(dense\) gives \[7\]/,
    ],
  ])(
    'names the experiment: %s',
    async (_, fields, reason) => {
      const { file, out } = await variant(fields);
      const { code, stderr } = await runCommand(['benchmark', file, '--out', out]);
      expect([code, stderr.split('\n')[0]]).toEqual([3, expect.stringMatching(reason)]);
      expect(stderr.startsWith(`${file}: `)).toBe(true);
    },
    30_000,
  );
});
