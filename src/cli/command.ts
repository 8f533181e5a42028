import { HjbLrError } from '../errors.js';
import type { InputDeclaration, OptionDeclaration, OptionDeclarations, ValuesOf } from '../execution/stage-options.js';
import type { StageOutput } from '../execution/stage.js';
import type { Json } from '../json.js';
import type { CommandContext } from './context.js';
import { attributeOf, flagOf } from './options.js';

/** What every command gives back: a stage's output, which JSON holds, and what to give next. */
export interface CommandResult extends StageOutput<Json> {
  /** The command to give next. */
  readonly next?: string | undefined;
}

/** A command: its argument, its options and what it does with their values. */
export interface CommandDeclaration<Input extends InputDeclaration, Options extends OptionDeclarations> {
  readonly description: string;
  readonly input: Input;
  readonly options: Options;
  /** Command lines that the help shows below the options, without the program's name. */
  readonly examples?: readonly string[];
  run(given: ValuesOf<Input> & ValuesOf<Options>, context: CommandContext): Promise<CommandResult>;
}

/** A command as the program holds it: without the types of its values, which `start` has seen to. */
export interface CliCommand {
  readonly description: string;
  readonly input: InputDeclaration;
  readonly options: OptionDeclarations;
  readonly examples: readonly string[];
  /** Whether it does nothing without an argument, so that alone it shows its help. */
  readonly needsInput: boolean;
  /** @param parameters - the argument, where there is one, and then the flags, as commander hands them over */
  start(parameters: readonly unknown[], context: CommandContext): Promise<CommandResult>;
}

/**
 * Declares a command. The names and types that `run` gets are those of the argument and the options.
 *
 * @example
 * defineCommand({ ...PILOT, run: async ({ experimentPath, seed }, context) => ... });
 */
export function defineCommand<const Input extends InputDeclaration, const Options extends OptionDeclarations>(
  declaration: CommandDeclaration<Input, Options>,
): CliCommand {
  const { description, input, options, examples = [] } = declaration;
  return {
    ...{ description, input, options, examples },
    needsInput: Object.keys(input).length > 0,
    start: async (parameters, context) => {
      const given = valuesOf(input, options, parameters);
      return declaration.run(given as ValuesOf<Input> & ValuesOf<Options>, context);
    },
  };
}

/** The argument and the flags under the names of their declarations. @throws E_USAGE for a flag that is missing */
function valuesOf(
  input: InputDeclaration,
  options: OptionDeclarations,
  parameters: readonly unknown[],
): Record<string, unknown> {
  const names = Object.keys(input);
  const flags = parameters[names.length] as Readonly<Record<string, unknown>>;
  const values = Object.entries(options).map(([name, option]) => {
    const value = flags[attributeOf(name, option)];
    if (option.isRequired === true) requireGiven(value, wordsFor(name, option));
    return [name, value] as const;
  });
  const given = values.filter(([, value]) => value !== undefined);
  return Object.fromEntries([...names.map((name, i) => [name, parameters[i]] as const), ...given]);
}

/** `--out FOLDER`, as errors name it. */
function wordsFor(name: string, option: OptionDeclaration): string {
  return `${flagOf(name, option)} ${option.term.replace(/[<>]/g, '').toUpperCase()}`;
}

/** @throws E_USAGE if the option or argument is missing */
export function requireGiven<Value>(value: Value | undefined, name: string): Value {
  if (value !== undefined) return value;
  throw new HjbLrError('E_USAGE', `${name} is missing.`, {
    remedy: 'Give --help to see what the command takes.',
    fields: { name },
  });
}

interface Written {
  readonly artifacts: readonly string[];
  readonly summary: readonly string[];
}

/** A stage's output with the page that was made of what it wrote. */
export function withPage<Done extends Written>(done: Done, page: Written): Done {
  const artifacts = [...done.artifacts, ...page.artifacts];
  return { ...done, artifacts, summary: [...done.summary, ...page.summary] };
}
