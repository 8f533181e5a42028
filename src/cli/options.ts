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

export const freshOption = (): Option => new Option('--fresh', 'start over: remove what an earlier run wrote there');

export const countOption = (name: string, text: string): Option =>
  new Option(`--${name} <number>`, text).argParser(parseCount);

/** Numbers and fractions apart by commas. */
export const numbersOption = (name: string, text: string): Option =>
  new Option(`--${name} <numbers>`, text).argParser(parseNumbers);

function parseNumbers(text: string): number[] {
  const values = text.split(',').map((part) => {
    const [above, below = '1', ...more] = part.split('/').map((side) => side.trim());
    return above === '' || below === '' || more.length > 0 ? NaN : Number(above) / Number(below);
  });
  if (values.every(Number.isFinite)) return values;
  throw new InvalidArgumentError('It must be numbers or fractions apart by commas, such as 1/40,0.0125.');
}

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
