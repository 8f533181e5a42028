import { describe, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { assumptionLines, assumptionsOf, givenFacts, peakOf, withFacts } from '../../src/estimation/assumptions.js';
import { readLog } from '../../src/estimation/logs.js';
import { seedNotice } from '../../src/estimation/repeats.js';
import { pilotLog } from '../helpers/pilot-log.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

const LOGGED = { peak: 0.2, updates: 12 };

describe('what an estimate rests on', () => {
  test('is told with its source, the logs by default', () => {
    expect(assumptionLines(assumptionsOf(pilotLog('a'), {}, LOGGED))).toEqual([
      'peak: 0.2 (largest rate in the logs)',
      'horizon: 100 (logs)',
      'batch size: 8 (logs)',
      expect.stringMatching(/^attack: .*0\.1.* \(logs\)$/),
      'optimizer: sgd (logs)',
    ]);
  });

  test('is what the command line says, beside what the logs said', async () => {
    const attackFile = path.join(await temporaryFolder(), 'attack.json');
    await writeFile(attackFile, '{"type": "fgsm", "eps": 0.3}');
    const given = await givenFacts({
      peak: 0.1,
      horizon: 50,
      batchSize: 8,
      attack: attackFile,
      optimizer: 'sgd,momentum=0.9',
    });
    const lines = assumptionLines(assumptionsOf(pilotLog('a'), given, { ...LOGGED, peak: 0.1 }));
    expect(lines[0]).toBe('peak: 0.1 (--peak)');
    expect(lines[1]).toBe('horizon: 50 (--horizon; the logs say 100)');
    expect(lines[2]).toBe('batch size: 8 (--batch-size)');
    expect(lines[3]).toMatch(/0\.3.* \(--attack; the logs say .*0\.1/);
    expect(lines[4]).toBe('optimizer: sgd, momentum 0.9 (--optimizer; the logs say sgd)');
    const { header } = withFacts(pilotLog('a'), given);
    expect(header).toMatchObject({ horizon: 50, attack: { type: 'fgsm' }, optimizer: { momentum: 0.9 } });
  });

  test('a horizon that is the length of the logs says so', () => {
    const log = pilotLog('a');
    const [, horizon] = assumptionsOf({ ...log, header: { ...log.header, horizon: 12 } }, {}, LOGGED);
    expect(horizon.source).toMatch(/^length of the logs; --horizon/);
  });

  test('a peak at which nothing was seen, and facts that are none, are refused', async () => {
    expect(() => peakOf(0.2, { peak: 0.3 })).toThrow(/above the largest rate of the logs \(0.2\)/);
    await expect(givenFacts({ optimizer: 'sgd momentum' })).rejects.toMatchObject({ code: 'E_USAGE' });
    const file = path.join(await temporaryFolder(), 'attack.json');
    await writeFile(file, '{"eps": 0.3}');
    await expect(givenFacts({ attack: file })).rejects.toMatchObject({ code: 'E_INVALID', issues: [{ path: 'type' }] });
  });

  test('runs of one seed are told', () => {
    const runs = [1, 2, 1].map((seed, i) => ({ name: `run-${i}`, seed }));
    expect(seedNotice(runs)).toMatch(/2 runs have the seed 1 \(run-2 for one\)/);
    expect(seedNotice(runs.slice(0, 2))).toBeNull();
  });
});

test('the log of another trainer is told from a broken one of ours', async () => {
  const file = path.join(await temporaryFolder(), 'metrics.csv');
  await writeFile(file, 'step,lr,loss\n0,0.1,2\n');
  await expect(readLog(file)).rejects.toMatchObject({ code: 'E_KIND', remedy: expect.stringMatching(/hjb-lr import/) });
  await writeFile(file, '{"kind":"training_log"\n');
  await expect(readLog(file)).rejects.toMatchObject({ code: 'E_NOT_JSON' });
});
