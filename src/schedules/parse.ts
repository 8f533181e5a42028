import { z } from 'zod';
import { fraction, positive } from '../artifacts/common.js';
import { clipSchema, type ClipSpec } from '../artifacts/experiment.js';
import { issuesOf } from '../artifacts/issues.js';
import { HjbLrError, type Issue } from '../errors.js';
import { scheduleSpecSchema, type OpenLoopSpec } from './spec.js';

/** Schedule-Free SGD (Defazio et al. 2024) at a constant rate, as the command line names it. */
const scheduleFreeSchema = z.strictObject({
  name: z.literal('schedule_free'),
  rate: positive,
  warmup: fraction.default(0),
  beta: fraction.default(0.9),
});

const commandSchema = z.discriminatedUnion('name', [...scheduleSpecSchema.options, scheduleFreeSchema]);

/** The parameter that a bare value on the command line means. */
const FIRST_PARAMETER: Readonly<Record<CommandSpec['name'], string>> = {
  constant: 'rate',
  linear: 'peak',
  wsd: 'peak',
  cosine: 'peak',
  step: 'peak',
  inverse_time: 'peak',
  piecewise: 'rates',
  expression: 'rate',
  schedule_free: 'rate',
};

/** Parameters that are lists, written with slashes: `milestones=0.5/0.75`. */
const LISTS: readonly string[] = ['milestones', 'rates'];

type CommandSpec = OpenLoopSpec | z.output<typeof scheduleFreeSchema>;
type Entry = readonly [key: string, value: string];

/** A schedule from the command line, complete, with the optimizer and the clip that it asks for. */
export interface ParsedSchedule {
  readonly schedule: OpenLoopSpec;
  readonly optimizer?: { readonly name: 'schedule_free'; readonly beta: number };
  readonly clip?: ClipSpec;
}

/**
 * `NAME:key=value,key=value`, or `NAME:value` for its first parameter; `clip=ratchet` goes with every name, lists are
 * written with slashes, and `schedule_free:rate=2,warmup=0.05` stands for that optimizer at a constant rate. An
 * expression may hold commas and is taken whole, but for a last `,clip=ratchet`: `expression:0.4*(1-s)`.
 *
 * @returns the schedule with its defaults filled in
 * @throws E_USAGE with every problem, listing the legal names or keys
 *
 * @example
 * parseSchedule('wsd:peak=0.4,decay=0.2').schedule; // { name: 'wsd', peak: 0.4, warmup: 0, decay: 0.2 }
 */
export function parseSchedule(text: string): ParsedSchedule {
  const colon = text.indexOf(':');
  const name = (colon < 0 ? text : text.slice(0, colon)).trim();
  const body = colon < 0 ? '' : text.slice(colon + 1);
  requireName(name);
  const entries = name === 'expression' ? expressionEntries(body) : keyValueEntries(body, FIRST_PARAMETER[name]);
  return resolve(name, entries);
}

function resolve(name: CommandSpec['name'], entries: readonly Entry[]): ParsedSchedule {
  const parameters = entries.filter(([key]) => key !== 'clip').map(([key, value]) => [key, typed(name, key, value)]);
  const clips = entries.filter(([key]) => key === 'clip').map(([, kind]) => ({ clip: { kind } }));
  const spec = commandSchema.safeParse({ name, ...Object.fromEntries(parameters) }, { reportInput: true });
  const clip = z.object({ clip: clipSchema.optional() }).safeParse(clips[0] ?? {}, { reportInput: true });
  const issues = [...repeated(entries), ...problems(spec), ...problems(clip)];
  if (issues.length > 0 || !spec.success || !clip.success) throw badParameters(name, issues);
  return { ...methodOf(spec.data as CommandSpec), ...clip.data };
}

/** The schedule of a method, and its optimizer where the name stands for one. */
function methodOf(spec: CommandSpec): ParsedSchedule {
  if (spec.name !== 'schedule_free') return { schedule: spec };
  const { name, beta, rate, warmup } = spec;
  return { schedule: { name: 'constant', rate, warmup }, optimizer: { name, beta } };
}

function keyValueEntries(body: string, first: string): Entry[] {
  const parts = body.trim() === '' ? [] : body.split(',');
  return parts.map((part, i) => {
    const equals = part.indexOf('=');
    if (equals >= 0) return [part.slice(0, equals).trim(), part.slice(equals + 1).trim()];
    return i === 0 ? [first, part.trim()] : [part.trim(), ''];
  });
}

function expressionEntries(body: string): Entry[] {
  const [, rate, clip] = /^\s*(?:rate\s*=(?!=))?(.*?)(?:,\s*clip=([^,]*))?$/s.exec(body)!;
  return [['rate', rate.trim()], ...(clip === undefined ? [] : [['clip', clip.trim()] as const])];
}

/** What was written is a number or a list of them, unless it is an expression; what is neither stays as it is. */
function typed(name: string, key: string, value: string): unknown {
  const number = (word: string): number | string =>
    word.trim() === '' || Number.isNaN(Number(word)) ? word : Number(word);
  if (name === 'expression') return value;
  return LISTS.includes(key) ? value.split('/').map(number) : number(value);
}

function repeated(entries: readonly Entry[]): Issue[] {
  const keys = entries.map(([key]) => key);
  return [...new Set(keys.filter((key, i) => keys.indexOf(key) < i))].map((path) => ({ path, message: 'given twice' }));
}

function problems(result: z.ZodSafeParseResult<unknown>): Issue[] {
  return result.success ? [] : issuesOf(result.error);
}

function legalKeys(name: CommandSpec['name']): string[] {
  const { shape } = commandSchema.options.find((option) => option.shape.name.value === name)!;
  return [...Object.keys(shape).filter((key) => key !== 'name'), 'clip'];
}

function requireName(name: string): asserts name is CommandSpec['name'] {
  if (Object.hasOwn(FIRST_PARAMETER, name)) return;
  const legal = Object.keys(FIRST_PARAMETER);
  throw new HjbLrError('E_USAGE', `Unknown schedule "${name}".`, {
    remedy: `Legal names: ${legal.join(', ')}; for example wsd:peak=0.4,decay=0.2.`,
    fields: { name, legal },
  });
}

function badParameters(name: CommandSpec['name'], issues: readonly Issue[]): HjbLrError {
  const legal = legalKeys(name);
  return new HjbLrError('E_USAGE', `The schedule "${name}" is not described well.`, {
    remedy: `Write ${name}:key=value,key=value with the keys ${legal.join(', ')}.`,
    fields: { name, legal },
    issues,
  });
}
