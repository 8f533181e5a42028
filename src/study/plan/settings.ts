import type { Experiment, OptimizerInput } from '../../artifacts/experiment/experiment.js';
import { optimizerSchema } from '../../artifacts/experiment/experiment.js';
import { issuesOf } from '../../artifacts/shared/issues.js';
import type { StudyMethod } from '../../artifacts/study/study.js';
import { HjbLrError } from '../../errors.js';
import { randomStream } from '../../math/random.js';
import { parseSchedule } from '../../schedules/index.js';
import { methodUnder } from '../../training/method.js';
import type { Setting } from '../tasks.js';

export type ScheduleMethod = Extract<StudyMethod, { kind: 'schedule' }>;
type Values = Setting['values'];

/** Every combination of the values of a grid; one without values where it is empty. */
export function gridValues({ grid }: Pick<ScheduleMethod, 'grid'>): Values[] {
  return Object.entries(grid).reduce<Values[]>(
    (combinations, [name, values]) =>
      combinations.flatMap((rest) => values.map((value) => ({ ...rest, [name]: value }))),
    [{}],
  );
}

/**
 * Trials of a method: every value log-uniform between the ends of its grid, from a stream of the method and the repetition alone.
 * More trials begin with the same ones.
 */
export function trialValues(
  { name, grid }: Pick<ScheduleMethod, 'name' | 'grid'>,
  { trials, repetition }: { readonly trials: number; readonly repetition: number },
): Values[] {
  if (Object.keys(grid).length === 0) return [{}];
  const stream = randomStream(repetition, `study/trials/${name}`);
  return Array.from({ length: trials }, () =>
    Object.fromEntries(
      Object.entries(grid).map(([key, values]) => {
        const [low, high] = [Math.min(...values), Math.max(...values)].map(Math.log);
        return [key, Number(Math.exp(low + (high - low) * stream.uniform()).toPrecision(6))];
      }),
    ),
  );
}

/**
 * The method of a workload with values put in where its schedule and its update rule have `{name}`.
 *
 * @throws E_USAGE for a schedule that cannot be parsed, or waits for a reading; E_INVALID for an update rule or an average that
 * does not fit
 */
export function settingOf(method: ScheduleMethod, experiment: Experiment, values: Values): Setting {
  const parsed = parseSchedule(filled(method.schedule, values));
  if ('named' in parsed || 'recommended' in parsed) {
    throw new HjbLrError('E_USAGE', `${method.schedule} takes its rate from readings of each seed.`, {
      remedy: 'Give the method the kind "named" or "recommended".',
    });
  }
  const optimizer = method.optimizer === undefined ? experiment.optimizer : optimizerOf(method.optimizer, values);
  const averages = (parsed.optimizer ?? optimizer).name === 'schedule_free';
  const averaging = method.averaging === undefined ? (averages ? null : experiment.averaging) : method.averaging;
  return { values, method: methodUnder({ optimizer, averaging }, parsed) };
}

/** Names in braces in the schedule and in the texts of the update rule. */
export function namesIn({ schedule, optimizer = { name: '' } }: ScheduleMethod): string[] {
  const texts = [schedule, ...Object.values(optimizer).filter((value) => typeof value === 'string')];
  return [...new Set(texts.flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)))];
}

function filled(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}

function optimizerOf(given: NonNullable<ScheduleMethod['optimizer']>, values: Values): Experiment['optimizer'] {
  const entries = Object.entries(given).map(([key, value]) => {
    const name = typeof value === 'string' ? /^\{(\w+)\}$/.exec(value)?.[1] : undefined;
    return [key, name !== undefined && name in values ? values[name] : value];
  });
  const parsed = optimizerSchema.safeParse(Object.fromEntries(entries) as OptimizerInput, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw new HjbLrError('E_INVALID', 'The update rule is not one that trains here.', {
    remedy: 'Write it as "optimizer" of an experiment.',
    issues: issuesOf(parsed.error),
  });
}
