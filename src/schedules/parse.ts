import { z } from 'zod';
import { fraction, positive } from '../artifacts/shared/common.js';
import { hasOneRate, recommendedFields, type RecommendedOptions } from '../artifacts/experiment/experiment.js';
import { clipSchema, NAMED_SCHEDULES, scheduleFreeSchema, type ClipSpec } from '../artifacts/experiment/experiment.js';
import { issuesOf } from '../artifacts/shared/issues.js';
import { HjbLrError, type Issue } from '../errors.js';
import { namedSchedule, type NamedSchedule, type ParsedSchedule } from './named.js';
import { scheduleSpecSchema, type OpenLoopSpec, type PlateauSpec } from './spec.js';

/** Schedule-Free SGD (Defazio et al. 2024) at a constant rate, as the command line names it. */
const freeAtRateSchema = scheduleFreeSchema.extend({ rate: positive, warmup: fraction.default(0) });

/** A whole method by name; without a rate of either kind it asks for a reading. */
const namedSchema = z.strictObject({
  name: z.enum(NAMED_SCHEDULES),
  reading: positive.optional(),
  peak: positive.optional(),
});

const recommendedCommandSchema = recommendedFields.extend({ name: z.literal('recommended') });

const commandSchema = z.discriminatedUnion('name', [
  ...scheduleSpecSchema.options,
  freeAtRateSchema,
  namedSchema,
  recommendedCommandSchema,
]);

/** The parameter that a bare value on the command line means. */
const FIRST_PARAMETER: Readonly<Record<CommandSpec['name'], string>> = {
  constant: 'rate',
  linear: 'peak',
  wsd: 'peak',
  cosine: 'peak',
  step: 'peak',
  one_cycle: 'peak',
  inverse_time: 'peak',
  plateau: 'rate',
  piecewise: 'rates',
  expression: 'rate',
  schedule_free: 'rate',
  sf7: 'reading',
  sf7k: 'reading',
  h: 'reading',
  recommended: 'rate',
};

/** Parameters that are lists, written with slashes: `milestones=0.5/0.75`. */
const LISTS: readonly string[] = ['milestones', 'rates'];

type NamedSpec = z.output<typeof namedSchema>;
type RecommendedCommand = z.output<typeof recommendedCommandSchema>;
type CommandSpec = OpenLoopSpec | PlateauSpec | z.output<typeof freeAtRateSchema> | NamedSpec | RecommendedCommand;
type Entry = readonly [key: string, value: string];

/** A schedule by name that waits for the rate that a D-Adaptation run reads. */
export interface UnreadSchedule {
  readonly named: NamedSchedule;
  at(reading: number): ParsedSchedule;
}

/** The recommended method, with what of it is given. */
export interface RecommendedRequest {
  readonly recommended: RecommendedOptions;
  readonly clip?: ClipSpec;
}

/** What the command line may ask for. */
type Requested = ParsedSchedule | UnreadSchedule | RecommendedRequest;

/**
 * `NAME:key=value,key=value`, or `NAME:value` for its first parameter; `clip=ratchet` or `clip=norm/1` (its maximum) goes
 * with every name, lists are written with slashes, and `schedule_free:rate=2,warmup=0.05` stands for that optimizer at a
 * constant rate. An expression may hold commas and is taken whole, but for a last `,clip=...`: `expression:0.4*(1-s)`.
 * `sf7`, `sf7k` and `h` are whole methods (`namedSchedule`) at a multiple of a reading, or with `peak=` at that rate.
 *
 * `recommended` is the whole method that follows from the experiment and readings; its keys are those of the experiment's
 * `recommended`.
 *
 * @returns the schedule with its defaults filled in; a name without its rate as what waits for the reading
 * @throws E_USAGE with every problem, listing the legal names or keys
 *
 * @example
 * parseSchedule('wsd:peak=0.4,decay=0.2'); // { schedule: { name: 'wsd', peak: 0.4, warmup: 0, decay: 0.2 } }
 */
export function parseSchedule(text: string): Requested {
  const colon = text.indexOf(':');
  const name = (colon < 0 ? text : text.slice(0, colon)).trim();
  const body = colon < 0 ? '' : text.slice(colon + 1);
  requireName(name);
  const entries = name === 'expression' ? expressionEntries(body) : keyValueEntries(body, FIRST_PARAMETER[name]);
  return resolve(name, entries);
}

function resolve(name: CommandSpec['name'], entries: readonly Entry[]): Requested {
  const parameters = entries.filter(([key]) => key !== 'clip').map(([key, value]) => [key, typed(name, key, value)]);
  const clips = entries.filter(([key]) => key === 'clip').map(([, value]) => ({ clip: clipOf(value) }));
  const spec = commandSchema.safeParse({ name, ...Object.fromEntries(parameters) }, { reportInput: true });
  const clip = z.object({ clip: clipSchema.optional() }).safeParse(clips[0] ?? {}, { reportInput: true });
  const issues = [...repeated(entries), ...problems(spec), ...problems(clip), ...twoRates(name, parameters)];
  if (issues.length > 0 || !spec.success || !clip.success) throw badParameters(name, issues);
  return methodOf(spec.data as CommandSpec, clip.data);
}

/** The schedule of a method, with its optimizer and its own clip where the name stands for them. */
function methodOf(spec: CommandSpec, clip: { readonly clip?: ClipSpec | undefined }): Requested {
  const asked = clip.clip === undefined ? {} : { clip: clip.clip };
  if (spec.name === 'recommended') {
    const { name: _, ...recommended } = spec;
    return { recommended, ...asked };
  }
  if (isNamed(spec)) return namedMethod(spec, asked);
  if (spec.name !== 'schedule_free') return { schedule: spec, ...asked };
  const { rate, warmup, ...optimizer } = spec;
  return { schedule: { name: 'constant', rate, warmup }, optimizer, ...asked };
}

function namedMethod(
  { name, reading, peak }: NamedSpec,
  clip: { readonly clip?: ClipSpec },
): ParsedSchedule | UnreadSchedule {
  if (peak !== undefined) return { ...namedSchedule(name, { peak }), ...clip };
  if (reading !== undefined) return { ...namedSchedule(name, { reading }), ...clip };
  return { named: name, at: (read) => ({ ...namedSchedule(name, { reading: read }), ...clip }) };
}

function isNamed(spec: CommandSpec): spec is NamedSpec {
  return (NAMED_SCHEDULES as readonly string[]).includes(spec.name);
}

/** A peak makes a reading idle. */
function twoRates(name: string, parameters: readonly (readonly unknown[])[]): Issue[] {
  const keys = parameters.map(([key]) => key);
  if (name === 'recommended') {
    const isIdle = !hasOneRate(Object.fromEntries(parameters) as RecommendedOptions);
    return isIdle ? [{ path: 'rate', message: 'makes reading and multiple idle: give one of them' }] : [];
  }
  if (!keys.includes('reading') || !keys.includes('peak')) return [];
  return [{ path: 'peak', message: 'give a reading or a peak, not both' }];
}

/** `ratchet`, `ratchet/gain` or `norm/maximum`. */
function clipOf(value: string): unknown {
  const [kind, number, ...rest] = value.split('/');
  if (number === undefined) return { kind };
  const parameter = kind === 'norm' ? 'maximum' : 'gain';
  return { kind, [parameter]: rest.length > 0 ? value : numberOrWord(number) };
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
  if (name === 'expression') return value;
  return LISTS.includes(key) ? value.split('/').map(numberOrWord) : numberOrWord(value);
}

function numberOrWord(word: string): number | string {
  return word.trim() === '' || Number.isNaN(Number(word)) ? word : Number(word);
}

function repeated(entries: readonly Entry[]): Issue[] {
  const keys = entries.map(([key]) => key);
  return [...new Set(keys.filter((key, i) => keys.indexOf(key) < i))].map((path) => ({ path, message: 'given twice' }));
}

function problems(result: z.ZodSafeParseResult<unknown>): Issue[] {
  return result.success ? [] : issuesOf(result.error);
}

function legalKeys(name: CommandSpec['name']): string[] {
  const { shape } = commandSchema.options.find((option) => option.shape.name.safeParse(name).success)!;
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
