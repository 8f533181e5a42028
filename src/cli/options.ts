import { InvalidArgumentError, Option, type Command } from 'commander';
import type { InputDeclaration, OptionDeclaration, OptionDeclarations } from '../execution/stage-options.js';

/** Gives a command of commander the argument and the flags that are declared. */
export function configure(command: Command, input: InputDeclaration, options: OptionDeclarations): Command {
  for (const { term, help } of Object.values(input)) command.argument(term, help);
  for (const [name, option] of Object.entries(options)) {
    if (option.kind !== 'setting') command.addOption(flagFrom(name, option));
  }
  return command;
}

/** `--allow-mismatch` for `allowMismatch`. */
export function flagOf(name: string, { flag = name }: OptionDeclaration): string {
  return `--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The name under which commander keeps a flag's value. */
export function attributeOf(name: string, { flag = name }: OptionDeclaration): string {
  return flag;
}

function flagFrom(name: string, option: OptionDeclaration): Option {
  const flag = new Option(`${flagOf(name, option)} ${option.term}`.trim(), option.help);
  const parse = parserOf(option);
  if (parse !== undefined) flag.argParser<unknown>(parse);
  if (option.choices !== undefined) flag.choices(option.choices);
  return option.default === undefined ? flag : flag.default(option.default, option.defaultText);
}

function parserOf({
  kind,
  least = 0,
  most = Number.MAX_SAFE_INTEGER,
}: OptionDeclaration): ((text: string) => unknown) | undefined {
  if (kind === 'numbers') return parseNumbers;
  if (kind === 'number') return parsePositive;
  return kind === 'count' ? (text: string): number => parseCount(text, least, most) : undefined;
}

function parsePositive(text: string): number {
  const [value, ...more] = parseNumbers(text);
  if (value > 0 && more.length === 0) return value;
  throw new InvalidArgumentError('It must be one positive number or fraction, such as 0.4 or 1/40.');
}

function parseNumbers(text: string): number[] {
  const values = text.split(',').map((part) => {
    const [above, below = '1', ...more] = part.split('/').map((side) => side.trim());
    return above === '' || below === '' || more.length > 0 ? NaN : Number(above) / Number(below);
  });
  if (values.every(Number.isFinite)) return values;
  throw new InvalidArgumentError('It must be numbers or fractions apart by commas, such as 1/40,0.0125.');
}

function parseCount(text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new InvalidArgumentError(`It must be ${least}, ${least + 1}, ${least + 2}, ...`);
}
