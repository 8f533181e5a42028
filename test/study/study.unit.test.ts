import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { readArtifact } from '../../src/artifacts/files.js';
import type { StudyResults } from '../../src/artifacts/study/study-results.js';
import type { HjbLrError } from '../../src/errors.js';
import { dealtElements } from '../../src/execution/engines/elements.js';
import { runElement } from '../../src/execution/engines/run-element.js';
import { allTasks, openManifest } from '../../src/execution/manifest/manifest.js';
import { collectFolder, writeStudy } from '../../src/study/folder.js';
import { runStudyTask } from '../../src/study/run/task.js';
import { studyStage } from '../../src/study/stage/stage.js';
import { sha256 } from '../../src/canonical-json.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { METHODS, tinyStudy } from './tiny-study.js';

const names = METHODS.map(({ name }) => name);

/** All files of the results, by name. */
async function resultsIn(out: string): Promise<Record<string, string>> {
  const place = path.join(out, 'results');
  const files = (await readdir(place)).sort();
  return Object.fromEntries(
    await Promise.all(files.map(async (f) => [f, sha256(await readFile(path.join(place, f)))])),
  );
}

async function run(studyPath: string, out: string): Promise<StudyResults> {
  await studyStage({ studyPath, out, engine: 'auto', workers: 0 });
  return readArtifact('study_results', path.join(out, 'results.json'));
}

describe('a study of every kind of method', () => {
  let folder: string;
  let out: string;
  let results: StudyResults;

  beforeAll(async () => {
    folder = await temporaryFolder();
    out = path.join(folder, 'runs', 'whole');
    results = await run(await tinyStudy(folder), out);
  }, 240_000);

  const cell = (method: string) => results.cells.find((one) => one.method === method)!;

  test('tells of every method, seed and end', () => {
    expect(results.runs.map(({ method, seed }) => `${method}/${seed}`)).toEqual(names.map((name) => `${name}/1`));
    const ends = Object.fromEntries(results.runs.map(({ method, status }) => [method, status]));
    expect(ends).toEqual({
      ...Object.fromEntries(names.map((name) => [name, 'completed'])),
      'too large': 'diverged',
      recommended: 'left_out',
    });
    expect(cell('too large')).toMatchObject({ mean: null, divergence_rate: 1, death_rate: 1 });
    expect(results.runs.filter(({ method }) => method === 'too large').every(({ score }) => score === 0)).toBe(true);
  });

  test('a tuned method is charged for its grid, a policy for its pilot, a plain one for its run alone', () => {
    expect(cell('sps').cost_in_runs).toBe(1);
    // Two settings on one tuning seed, and the run.
    expect(cell('fixed').cost_in_runs).toBe(3);
    // A pilot of 50 updates and a run of 60; what looks for a collapse may cost a few more.
    expect(cell('hjb').cost_in_runs).toBeGreaterThanOrEqual(110 / 60);
    expect(cell('hjb').cost_in_runs).toBeLessThan(1.1 * (110 / 60));
    expect(cell('fixed').setting_spread).toBeGreaterThanOrEqual(0);
  });

  test('the reference has the mean score 1, and the subject is judged against all others', () => {
    expect(results.runs.find(({ method }) => method === 'fixed')!.score).toBeCloseTo(1, 9);
    expect(cell('hjb').comparison).toBeNull();
    expect(
      names
        .filter((name) => !['hjb', 'recommended'].includes(name))
        .every((name) => cell(name).comparison!.against === name),
    ).toBe(true);
    expect(cell('sps').comparison!.outcome).toBe('too_few_seeds');
    expect(results.aggregates.find(({ method }) => method === 'hjb')!.improvement).toBeNull();
    expect(readFileSync(path.join(out, 'study.md'), 'utf8')).toContain(
      '| two-classes | 1x | recommended | 1 | left_out |',
    );
  });

  test('the shuffled control follows other rates than the policy, and the replay none that it sees losses for', () => {
    const rates = (method: string) => results.runs.find((one) => one.method === method && one.seed === 1)!.series!.lr;
    expect(rates('shuffled')).not.toEqual(rates('hjb'));
    expect(rates('replay')).not.toEqual(rates('wsd at the peak'));
  });

  test('elements in any number and order give the same bytes, and nothing is left of their work', async () => {
    const other = path.join(folder, 'runs', 'elements');
    await writeStudy(path.join(folder, 'study.json'), { out: other, engine: 'auto', fresh: false });
    const broken = await runElement(other, { elements: 3, element: 0, depth: 99, run: runStudyTask0 });
    expect(broken).toEqual([]);
    for (const element of [2, 0, 1]) {
      expect(await runElement(other, { elements: 3, element, run: runStudyTask0 })).toEqual([]);
    }
    await collectFolder(other);
    expect(await resultsIn(other)).toEqual(await resultsIn(out));
    expect(await readFile(path.join(other, 'results.json'), 'utf8')).toBe(
      await readFile(path.join(out, 'results.json'), 'utf8'),
    );
    expect(await readdir(path.join(other, 'work'))).toEqual([]);
  });

  test('a result of another task, and one that is missing, are told by name', async () => {
    const manifest = await openManifest(out);
    const [first, second] = allTasks(manifest);
    const file = path.join(out, 'results', `${first.id}.json`);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(first.id, second.id));
    await expect(runStudyTask(out, 0, () => {})).rejects.toMatchObject({ code: 'E_INVALID', fields: { file } });
    await writeFile(file, text);
  });
});

test('another seed and another method run only what is new, under the setting that was chosen before', async () => {
  const folder = await temporaryFolder();
  const out = path.join(folder, 'out');
  const few = { methods: METHODS.slice(0, 2), subject: 'sps', seeds: [1, 2] };
  const first = await run(await tinyStudy(folder, few), out);
  const before = await resultsIn(out);
  const cosine = { kind: 'schedule', name: 'cosine', schedule: 'cosine:0.4' };
  const grown = await run(
    await tinyStudy(folder, { ...few, seeds: [1, 2, 3], methods: [...few.methods, cosine] }),
    out,
  );
  const after = await resultsIn(out);
  expect(Object.keys(before).every((name) => after[name] === before[name])).toBe(true);
  const fixed = ({ runs }: StudyResults) => runs.filter(({ method }) => method === 'fixed');
  expect(
    fixed(grown)
      .slice(0, 2)
      .map((one) => one.train_robust_loss),
  ).toEqual(fixed(first).map((one) => one.train_robust_loss));
  const [chosen, ...others] = fixed(grown).map(({ setting }) => setting!['rate']);
  expect(others).toEqual([chosen, chosen]);
  expect([0.1, 0.4]).toContain(chosen);
  // Train and score of three seeds of cosine, and of the third seed of the two others.
  const added = Object.keys(after).filter((name) => !(name in before) && name.endsWith('.json'));
  expect(added).toHaveLength(2 * (3 + 2));
});

const runStudyTask0 = (place: string, index: number): Promise<unknown> => runStudyTask(place, index, () => {});

describe('what is refused at the door', () => {
  const refusal = async (changes: object): Promise<HjbLrError> => {
    const folder = await temporaryFolder();
    const studyPath = await tinyStudy(folder, changes);
    return writeStudy(studyPath, { out: path.join(folder, 'out'), engine: 'auto', fresh: false }).then(
      () => {
        throw new Error('it was accepted');
      },
      (error: HjbLrError) => error,
    );
  };

  test('all problems of names and tuning at once', async () => {
    const error = await refusal({
      tuning_seeds: [],
      methods: [
        { kind: 'schedule', name: 'a', schedule: 'constant:{rate}', grid: { peak: [1, 2] } },
        { kind: 'schedule', name: 'b', schedule: 'constant:{x}', grid: { x: [1] } },
      ],
      subject: 'a',
      reference: 'b',
    });
    expect(error.code).toBe('E_INVALID');
    expect(error.issues.map(({ path: at, message }) => `${at}: ${message}`)).toEqual([
      'methods.0.schedule: {rate} has no values in the grid',
      'methods.0.grid.peak: {peak} stands nowhere in the method',
      'methods.0.grid: is tuned on tuning_seeds, of which there are none',
    ]);
  });

  test('a tuning seed that is reported, a method named twice, a subject that is none', async () => {
    const method = { kind: 'schedule', name: 'a', schedule: 'constant:1' };
    const error = await refusal({ tuning_seeds: [1], methods: [method, method], subject: 'c', reference: 'a' });
    expect(error.issues.map(({ path: at }) => at)).toEqual(['methods.1.name', 'subject', 'tuning_seeds.0']);
  });

  test('a schedule that no workload can be trained with', async () => {
    const methods = [
      { kind: 'schedule', name: 'a', schedule: 'cosine:speed=1' },
      { kind: 'schedule', name: 'b', schedule: 'constant:1', optimizer: { name: 'sgdd' } },
      { kind: 'schedule', name: 'c', schedule: 'sf7' },
    ];
    const error = await refusal({ methods, subject: 'a', reference: 'a' });
    expect(error.issues.map(({ path: at }) => at)).toEqual(['methods.0', 'methods.1', 'methods.2']);
  });

  test('a manifest of another Node, and a manifest that is cut off', async () => {
    const folder = await temporaryFolder();
    const out = path.join(folder, 'out');
    await writeStudy(await tinyStudy(folder), { out, engine: 'auto', fresh: false });
    const manifest = path.join(out, 'manifest.json');
    const whole = await readFile(manifest, 'utf8');
    await writeFile(manifest, whole.replace(process.version, 'v18.0.0'));
    await expect(runStudyTask(out, 0, () => {})).rejects.toMatchObject({ code: 'E_RUN_MISMATCH' });
    await writeFile(manifest, whole);
    const tasks = path.join(out, 'tasks.jsonl');
    const lines = (await readFile(tasks, 'utf8')).split('\n');
    await writeFile(tasks, lines.slice(0, 3).join('\n'));
    await expect(openManifest(out)).rejects.toMatchObject({ code: 'E_TRUNCATED' });
  });
});

describe('rulesets of AlgoPerf', () => {
  test('self tuning: pilot and run together cost no more than one run', async () => {
    const folder = await temporaryFolder();
    const studyPath = await tinyStudy(folder, {
      tuning: { rule: 'self_tuning' },
      methods: METHODS.filter(({ name }) => ['sps', 'hjb'].includes(name)),
      reference: 'sps',
    });
    const results = await run(studyPath, path.join(folder, 'out'));
    const hjb = results.cells.find(({ method }) => method === 'hjb')!;
    expect(hjb.cost_in_runs).toBeLessThanOrEqual(1);
    expect(hjb.cost_in_runs).toBeGreaterThan(0.8);
  });

  test('trials: so many settings of each method, in repetitions that begin alike for more trials', async () => {
    const folder = await temporaryFolder();
    const tried = async (trials: number): Promise<string[]> => {
      const studyPath = await tinyStudy(folder, {
        tuning: { rule: 'trials', trials, repetitions: 2 },
        methods: METHODS.slice(0, 1),
        subject: 'fixed',
      });
      await mkdir(path.join(folder, 'out'), { recursive: true });
      const { manifest } = await writeStudy(studyPath, { out: path.join(folder, 'out'), engine: 'auto', fresh: false });
      const elements = dealtElements(manifest, 2);
      expect(elements.flatMap(({ tasks }) => tasks).sort((a, b) => a - b)).toEqual(allTasks(manifest).map((_, i) => i));
      return allTasks(manifest).flatMap(({ kind, label }) =>
        kind === 'train' && label.includes('tuning') ? [label.split(' ').at(-1)!] : [],
      );
    };
    const [three, four] = [await tried(3), await tried(4)];
    expect(three).toHaveLength(6);
    expect(four).toHaveLength(8);
    expect(four).toEqual(expect.arrayContaining(three));
    const values = four.map((label) => Number(label.split('/')[0]));
    expect(values.every((value) => value >= 0.1 && value <= 0.4)).toBe(true);
    await rm(folder, { recursive: true });
  });
});
