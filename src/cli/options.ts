import { availableParallelism } from 'node:os';
import { InvalidArgumentError, Option } from 'commander';
import { HjbLrError } from '../errors.js';

export const outOption = (): Option => new Option('--out <folder>', 'folder for the files that are written');

export const engineOption = (): Option =>
  new Option('--engine <name>', 'what computes the training steps')
    .choices(['auto', 'native', 'fused', 'tfjs'])
    .default('auto');

export const workersOption = (): Option =>
  new Option('--workers <number>', 'processes at work at the same time; 0: this one alone')
    .argParser(parseCount)
    .default(availableParallelism(), 'the number of cores');

export const seedOption = (text: string): Option => new Option('--seed <number>', text).argParser(parseCount);

export const countOption = (flag: string, text: string): Option => new Option(flag, text).argParser(parseCount);

export const freshOption = (): Option => new Option('--fresh', 'start over: remove what an earlier run wrote there');

function parseCount(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('It must be 0, 1, 2, ...');
}

/** @throws E_USAGE if the option or argument is missing */
export function required(value: string | undefined, name: string): string {
  if (value !== undefined) return value;
  throw new HjbLrError('E_USAGE', `${name} is missing.`, {
    remedy: 'Give --help to see what the command takes.',
    fields: { name },
  });
}
