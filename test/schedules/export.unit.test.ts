import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Policy } from '../../src/artifacts/policy/policy.js';
import { EXPORT_NAMES, exportPolicy, policySchedule } from '../../src/schedules/index.js';
import { follow } from '../helpers/follow.js';
import { openLoopPolicy } from './fixtures/policies.js';

const example = (name: string): Policy =>
  JSON.parse(readFileSync(new URL(`../../schema/policy/${name}.policy.json`, import.meta.url), 'utf8')) as Policy;
const feedback = example('feedback');

test('csv has every control at every update, through guards and warm-up', () => {
  const policy = openLoopPolicy();
  const { text, leftOut } = exportPolicy(policy, 'csv');
  const [header, ...rows] = text.trimEnd().split('\n');
  const { decisions } = follow(policySchedule(policy, { updates: 100 }), Array<null>(100).fill(null));
  expect(header).toBe('update,learning_rate');
  expect(rows).toEqual(decisions.map(({ rate }, k) => `${k},${rate}`));
  expect(leftOut).toEqual([]);
});

test('what a form leaves out is said: losses, the clip, other controls', () => {
  const { text, leftOut } = exportPolicy(feedback, 'keras');
  expect(leftOut.join('\n')).toMatch(
    /looks at the losses[^]*clips the gradient \(ratchet\)[^]*attack_eps, attack_steps/,
  );
  // The open loop 0.35, an eighth of it in the first of eight updates of warm-up.
  expect(text).toContain('RATES = [\n    0.04375, 0.0875,');
  expect(exportPolicy(feedback, 'torch').leftOut.join('\n')).not.toMatch(/clips/);
});

test('robustness gets the mean of each epoch as a multiplier of the largest rate', () => {
  const { text } = exportPolicy(openLoopPolicy(), 'robustness', { updatesPerEpoch: 50 });
  const { lr, epochs, custom_lr_multiplier: pairs } = JSON.parse(text) as Record<string, never>;
  // From 0.3 to 0.1 over 100 updates: the means over updates 0..49 and 50..99.
  expect([lr, epochs]).toEqual([0.3, 2]);
  const found = [...(pairs as string).matchAll(/\((\d+), ([\d.]+)\)/g)].map(([, , value]) => Number(value));
  [0.251 / 0.3, 0.151 / 0.3].forEach((expected, i) => expect(found[i]).toBeCloseTo(expected, 12));
  expect(() => exportPolicy(openLoopPolicy(), 'robustness')).toThrow(/counts epochs/);
});

test('every form in Python compiles', () => {
  const forms = EXPORT_NAMES.filter((name) => name !== 'csv' && name !== 'robustness');
  const texts = forms.map((name) => exportPolicy(feedback, name).text);
  const script = 'import json, sys; [compile(text, "exported", "exec") for text in json.load(sys.stdin)]; print("all")';
  expect(execFileSync('python3', ['-c', script], { input: JSON.stringify(texts), encoding: 'utf8' })).toBe('all\n');
});

test('a whole method is a table of its controls or nothing; a policy over the weights has no open loop', () => {
  expect(exportPolicy(example('whole-method'), 'csv').text).toMatch(/^update,learning_rate,averaging_weight,/);
  expect(() => exportPolicy(example('whole-method'), 'torch')).toThrow(
    /whole method, of which torch has the rate alone/,
  );
  expect(() => exportPolicy(example('weights'), 'csv')).toThrow(/follows the weights/);
});
