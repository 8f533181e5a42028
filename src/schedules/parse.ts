import { z } from 'zod';
import { HjbLrError } from '../errors.js';
import { scheduleSpecSchema } from './spec.js';

/** The parameter that a bare value on the command line means. */
const FIRST_PARAMETER: Readonly<Record<string, string>> = {
  constant: 'rate',
  linear: 'peak',
  wsd: 'peak',
  cosine: 'peak',
  step: 'peak',
  inverse_time: 'peak',
  expression: 'rate',
  schedule_free: 'rate',
};

/** A schedule from the command line, as a method's description before its defaults are filled in. */
export interface ParsedSchedule {
  readonly schedule: Record<string, unknown>;
  readonly optimizer?: { readonly name: 'schedule_free'; readonly beta?: number };
  readonly clip?: { readonly kind: 'ratchet' };
}

/**
 * `NAME:key=value,key=value`, or `NAME:value` for its first parameter; `clip=ratchet` goes with every name, and
 * `schedule_free:rate=2,warmup=0.05` stands for that optimizer at a constant rate. An expression is taken whole:
 * `expression:0.4*(1-s)`.
 *
 * @throws E_USAGE listing the legal names or keys
 *
 * @example
 * parseSchedule('wsd:peak=0.4,decay=0.2').schedule; // { name: 'wsd', peak: 0.4, decay: 0.2 }
 */
export function parseSchedule(text: string): ParsedSchedule {
  const [name, ...rest] = text.split(':');
  const body = rest.join(':');
  if (FIRST_PARAMETER[name] === undefined) throw usage(`Unknown schedule "${name}".`, Object.keys(FIRST_PARAMETER));
  const { clip, beta, ...parameters } = name === 'expression' ? { rate: body } : keyValues(body, FIRST_PARAMETER[name]);
  if (clip !== undefined && clip !== 'ratchet') throw usage(`Unknown clip "${String(clip)}".`, ['ratchet']);
  const schedule = { name: name === 'schedule_free' ? 'constant' : name, ...parameters };
  requireKnownKeys(name, schedule);
  return {
    schedule,
    ...(name === 'schedule_free' ? { optimizer: { name, ...(beta === undefined ? {} : { beta: Number(beta) }) } } : {}),
    ...(clip === undefined ? {} : { clip: { kind: 'ratchet' } }),
  };
}

function keyValues(body: string, first: string): Record<string, number | string> {
  const entries = body.split(',').filter((part) => part !== '');
  return Object.fromEntries(
    entries.map((part, i) => {
      const [key, value] = part.includes('=') ? part.split('=') : [i === 0 ? first : part, part];
      return [key, Number.isNaN(Number(value)) ? value : Number(value)];
    }),
  );
}

function requireKnownKeys(name: string, schedule: Record<string, unknown>): void {
  const parsed = scheduleSpecSchema.safeParse(schedule);
  if (parsed.success) return;
  const issues = parsed.error.issues.map((issue) => ({ path: issue.path.map(String).join('.'), message: issue.message }));
  throw new HjbLrError('E_USAGE', `The schedule "${name}" is not described well.`, {
    remedy: `Write for example ${name}:${FIRST_PARAMETER[name]}=0.3; its keys: ${legalKeys(String(schedule['name'])).join(', ')}, clip.`,
    issues,
  });
}

function legalKeys(name: string): string[] {
  const option = scheduleSpecSchema.options.find((candidate) => candidate.shape.name.value === name);
  return Object.keys((option as z.ZodObject).shape).filter((key) => key !== 'name');
}

function usage(sentence: string, legal: readonly string[]): HjbLrError {
  return new HjbLrError('E_USAGE', sentence, { remedy: `Legal: ${legal.join(', ')}.`, fields: { legal } });
}
