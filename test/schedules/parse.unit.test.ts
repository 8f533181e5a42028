import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { HjbLrError } from '../../src/errors.js';
import { parseSchedule, type ParsedSchedule } from '../../src/schedules/index.js';
import { methodSchema, resolveMethod } from '../../src/training/method.js';
import { PACKAGE_ROOT } from '../../src/version.js';

/** A schedule that has its rate. */
function parsed(text: string): ParsedSchedule {
  const schedule = parseSchedule(text);
  if (!('schedule' in schedule)) throw new Error(`${text} waits for a reading`);
  return schedule;
}

function refusal(text: string): HjbLrError {
  try {
    parseSchedule(text);
  } catch (error) {
    return error as HjbLrError;
  }
  throw new Error(`"${text}" was accepted`);
}

describe('parseSchedule', () => {
  test.each([
    ['constant:0.3', { name: 'constant', rate: 0.3, warmup: 0 }],
    ['linear:peak=0.4,warmup=0.02', { name: 'linear', peak: 0.4, warmup: 0.02 }],
    ['wsd:0.4,decay=0.3', { name: 'wsd', peak: 0.4, warmup: 0, decay: 0.3 }],
    [' wsd : peak = 4e-1 ', { name: 'wsd', peak: 0.4, warmup: 0, decay: 0.2 }],
    ['step:1,milestones=0.5/0.9', { name: 'step', peak: 1, warmup: 0, factor: 0.1, milestones: [0.5, 0.9] }],
    ['piecewise:0.1/0.2,hold=5', { name: 'piecewise', hold: 5, rates: [0.1, 0.2] }],
    ['expression:min(0.4, 1 - s)', { name: 'expression', rate: 'min(0.4, 1 - s)' }],
    ['expression:rate=t == 0 ? 1 : 2', { name: 'expression', rate: 't == 0 ? 1 : 2' }],
  ])('%s', (text, schedule) => {
    expect(parseSchedule(text)).toStrictEqual({ schedule });
  });

  test('clip=ratchet goes with every schedule', () => {
    const clip = { kind: 'ratchet', gain: 0.05 };
    expect(parseSchedule('constant:0.3,clip=ratchet')).toStrictEqual({
      schedule: { name: 'constant', rate: 0.3, warmup: 0 },
      clip,
    });
    expect(parseSchedule('expression:max(0.1, s),clip=ratchet')).toStrictEqual({
      schedule: { name: 'expression', rate: 'max(0.1, s)' },
      clip,
    });
    expect(parsed('schedule_free:2,clip=ratchet').clip).toEqual(clip);
  });

  test('a clip may bring its number', () => {
    expect(parsed('constant:0.3,clip=norm/1.5').clip).toEqual({ kind: 'norm', maximum: 1.5 });
    expect(parsed('expression:1,clip=ratchet/0.1').clip).toEqual({ kind: 'ratchet', gain: 0.1 });
  });

  test('schedule_free is that optimizer at a constant rate', () => {
    expect(parseSchedule('schedule_free:rate=2,warmup=0.05')).toStrictEqual({
      schedule: { name: 'constant', rate: 2, warmup: 0.05 },
      optimizer: {
        name: 'schedule_free',
        beta: 0.9,
        weight_decay: 0,
        weight_lr_power: 2,
        weight_update_power: 0,
      },
    });
    expect(parsed('schedule_free:2,beta=0.8').optimizer).toMatchObject({ beta: 0.8 });
  });

  test('sf7k written out is the same method', () => {
    const out = parsed('schedule_free:3.5,warmup=0.05,weight_update_power=1,clip=ratchet');
    expect(resolveMethod({ optimizer: {}, ...out })).toEqual(resolveMethod({ optimizer: {}, ...parsed('sf7k:0.5') }));
  });

  const clip = { kind: 'ratchet', gain: 0.05 };
  const sf7 = {
    schedule: { name: 'constant', rate: 7 * 0.5, warmup: 0.05 },
    optimizer: { name: 'schedule_free', beta: 0.9 },
    clip,
  };
  const h = { schedule: { name: 'wsd', peak: 1.3 * 0.5, warmup: 0.02, decay: 0.3 }, optimizer: { name: 'sgd' }, clip };

  test.each([
    ['sf7', sf7],
    ['sf7k', { ...sf7, optimizer: { ...sf7.optimizer, weight_update_power: 1 } }],
    ['h', h],
  ])('%s at a reading, given at once or later', (name, expected) => {
    expect(parseSchedule(`${name}:0.5`)).toStrictEqual(expected);
    expect(parseSchedule(`${name}:reading=0.5`)).toStrictEqual(expected);
    const unread = parseSchedule(name);
    expect('named' in unread && unread.named).toBe(name);
    expect('named' in unread && unread.at(0.5)).toStrictEqual(expected);
  });

  test('a name at its peak: h then has no clip unless told', () => {
    expect(parsed('sf7:peak=2')).toMatchObject({ schedule: { rate: 2 }, clip });
    expect(parsed('h:peak=0.6')).toStrictEqual({
      schedule: { name: 'wsd', peak: 0.6, warmup: 0.02, decay: 0.3 },
      optimizer: { name: 'sgd' },
    });
    expect(parsed('h:peak=0.6,clip=ratchet').clip).toEqual(clip);
    const unread = parseSchedule('h:clip=norm/1');
    expect('named' in unread && unread.at(0.5).clip).toEqual({ kind: 'norm', maximum: 1 });
  });

  test('what it returns is a method', () => {
    expect(methodSchema.parse({ optimizer: {}, ...parseSchedule('schedule_free:2,clip=ratchet') })).toMatchObject({
      optimizer: { name: 'schedule_free', beta: 0.9 },
      clip: { kind: 'ratchet' },
    });
  });
});

describe('what is refused', () => {
  test.each(['wds:0.4', '', 'constructor:1', '__proto__:1', 'policy:policy.json'])('the name of %p', (text) => {
    const error = refusal(text);
    expect(error).toMatchObject({ code: 'E_USAGE', exitCode: 2 });
    expect(error.remedy).toContain(
      'constant, linear, wsd, cosine, step, one_cycle, inverse_time, plateau, piecewise, expression, schedule_free, sf7, sf7k, h',
    );
  });

  test.each([
    ['wsd:peak=0.4,speed=1', 'speed'],
    ['constant:0.3,warm', 'warm'],
    ['constant:rate=', 'rate'],
    ['constant:0.3,warmup=', 'warmup'],
    ['constant:0', 'rate'],
    ['constant:-1', 'rate'],
    ['constant:NaN', 'rate'],
    ['constant:Infinity', 'rate'],
    ['constant:fast', 'rate'],
    ['constant', 'rate'],
    ['constant:', 'rate'],
    ['constant:rate=0.1=0.2', 'rate'],
    ['constant:0.1,rate=0.2', 'rate'],
    ['linear:0.4,warmup=1.5', 'warmup'],
    ['piecewise:0.1/,hold=2', 'rates.1'],
    ['piecewise:0.1,hold=2.5', 'hold'],
    ['constant:0.3,clip=norm', 'clip.maximum'],
    ['constant:0.3,clip=norm/0', 'clip.maximum'],
    ['constant:0.3,clip=norm/1/2', 'clip.maximum'],
    ['constant:0.3,clip=ratchet/2', 'clip.gain'],
    ['constant:0.3,clip=no', 'clip.kind'],
    ['sf7:reading=0.1,peak=2', 'peak'],
    ['sf7:0', 'reading'],
    ['h:0.5,decay=0.1', 'decay'],
    ['schedule_free:2,beta=2', 'beta'],
    ['expression:', 'rate'],
  ])('%s names %s and the legal keys', (text, path) => {
    const error = refusal(text);
    expect(error.code).toBe('E_USAGE');
    expect(error.issues.map((issue) => issue.path)).toContain(path);
    expect(error.remedy).toMatch(/with the keys .*, clip\./);
  });

  test('all problems at once', () => {
    const error = refusal('wsd:peak=-1,decay=2,speed=3,peak=4,clip=no');
    expect(error.issues.map((issue) => issue.path).sort()).toEqual(['clip.kind', 'decay', 'peak', 'speed']);
    expect(error.remedy).toContain('peak, warmup, decay, clip');
  });
});

describe('docs/schedule-my-model.md', () => {
  test('quotes a legal schedule of every name', async () => {
    const { legal } = refusal('none').fields as { legal: string[] };
    const quoted = [
      ...(await readFile(path.join(PACKAGE_ROOT, 'docs', 'schedule-my-model.md'), 'utf8')).matchAll(/`([^`\n]+)`/g),
    ];
    const specs = quoted.map(([, text]) => text).filter((text) => legal.includes(/^\w*/.exec(text)![0]));
    expect(specs.flatMap((spec) => parseSchedule(spec))).toHaveLength(specs.length);
    expect(new Set(specs.map((spec) => spec.split(':')[0]))).toEqual(new Set(legal));
  });
});
