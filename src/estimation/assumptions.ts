import { parseOptimizer, readAttack, type OptimizerFact } from '../artifacts/run-facts.js';
import type { EvaluationAttackSpec, TrainingAttackSpec } from '../artifacts/experiment/attacks.js';
import type { TrainingLog } from '../artifacts/training-log/training-log.js';
import { describeAttack } from '../attacks/describe.js';
import { HjbLrError } from '../errors.js';
import type { Json } from '../json.js';

/** What the command line says of the runs; it goes before what their logs say. */
export interface GivenFacts {
  readonly peak?: number | undefined;
  readonly horizon?: number | undefined;
  readonly batchSize?: number | undefined;
  readonly attack?: TrainingAttackSpec | null | undefined;
  readonly optimizer?: OptimizerFact | undefined;
}

/** The same as flags have it. */
export interface FactFlags {
  readonly peak?: number | undefined;
  readonly horizon?: number | undefined;
  readonly batchSize?: number | undefined;
  readonly attack?: string | undefined;
  readonly optimizer?: string | undefined;
}

/** @throws E_USAGE for an optimizer that is none; what `readAttack` throws */
export async function givenFacts({ attack, optimizer, ...numbers }: FactFlags): Promise<GivenFacts> {
  return {
    ...numbers,
    ...(attack === undefined ? {} : { attack: await readAttack(attack) }),
    ...(optimizer === undefined ? {} : { optimizer: parseOptimizer(optimizer) }),
  };
}

/** A log of whose run the command line says something. */
export function withFacts(log: TrainingLog, { horizon, batchSize, attack, optimizer }: GivenFacts): TrainingLog {
  const header = {
    ...log.header,
    ...(horizon === undefined ? {} : { horizon }),
    ...(batchSize === undefined ? {} : { batch_size: batchSize }),
    ...(attack === undefined ? {} : { attack }),
    ...(optimizer === undefined ? {} : { optimizer }),
  };
  return { ...log, header };
}

/** @throws E_USAGE for a peak above every rate of the logs, at which nothing was seen */
export function peakOf(largest: number, { peak = largest }: GivenFacts): number {
  if (peak <= largest) return peak;
  throw new HjbLrError('E_USAGE', `--peak ${peak} is above the largest rate of the logs (${largest}).`, {
    remedy: 'Give a peak that the runs have stood, or add the log of a run at that rate.',
    fields: { peak, largest },
  });
}

/** Something an estimate rests on, its value in words, and where it comes from. */
export type Assumption = {
  readonly name: string;
  readonly value: string;
  readonly source: string;
};

/**
 * What an estimate takes from the logs and from the command line, with its source.
 * @param log - the first log of an identification run, as it says of itself
 * @param updates - of the longest run
 */
export function assumptionsOf(
  { header }: TrainingLog,
  given: GivenFacts,
  { peak, updates }: { readonly peak: number; readonly updates: number },
): Assumption[] {
  const entry = (name: string, flag: string, logged: string, told: string | undefined, said = 'logs'): Assumption => {
    if (told === undefined) return { name, value: logged, source: said };
    return { name, value: told, source: told === logged ? flag : `${flag}; the logs say ${logged}` };
  };
  const { horizon, batchSize, attack, optimizer } = given;
  const length = header.horizon === updates ? 'length of the logs; --horizon gives that of a longer run' : 'logs';
  return [
    { name: 'peak', value: words(peak), source: given.peak === undefined ? 'largest rate in the logs' : '--peak' },
    entry('horizon', '--horizon', words(header.horizon), optional(horizon, words), length),
    entry('batch size', '--batch-size', words(header.batch_size), optional(batchSize, words)),
    entry('attack', '--attack', attackWords(header.attack), optional(attack, attackWords)),
    entry('optimizer', '--optimizer', optimizerWords(header.optimizer), optional(optimizer, optimizerWords)),
  ];
}

export function assumptionLines(assumptions: readonly Assumption[]): string[] {
  return assumptions.map(({ name, value, source }) => `${name}: ${value} (${source})`);
}

function optional<Value>(value: Value | undefined, describe: (value: Value) => string): string | undefined {
  return value === undefined ? undefined : describe(value);
}

function words(value: Json | object): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : JSON.stringify(value);
}

function attackWords(attack: TrainingAttackSpec | null): string {
  if (attack === null) return 'none';
  // Only numbers make a sentence: along a schedule the description itself is shown.
  const isFixed = Object.values(attack).every((value) => typeof value !== 'object');
  return isFixed ? describeAttack(attack as EvaluationAttackSpec) : words(attack);
}

/** The name, and the parameters that are not 0 or false. */
function optimizerWords({ name, ...parameters }: OptimizerFact): string {
  const told = Object.entries(parameters).filter(([, value]) => value !== 0 && value !== false);
  return [name, ...told.map(([parameter, value]) => `${parameter} ${String(value)}`)].join(', ');
}
