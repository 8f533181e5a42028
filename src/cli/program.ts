import { Command, CommanderError } from 'commander';
import { EXIT_CODES, HjbLrError } from '../errors.js';
import { STANDARD_INPUT } from '../standard-input.js';
import { TOOL, TOOL_VERSION } from '../version.js';
import type { CliCommand } from './command.js';
import { benchmark } from './commands/benchmark.js';
import { collect } from './commands/collect.js';
import { doctor } from './commands/doctor.js';
import { estimate } from './commands/estimate.js';
import { importCommand } from './commands/import.js';
import { exportCommand } from './commands/export.js';
import { completionCommand } from './commands/completion.js';
import { init } from './commands/init.js';
import { pilot } from './commands/pilot.js';
import { report } from './commands/report.js';
import { repair } from './commands/repair.js';
import { run } from './commands/run.js';
import { sde } from './commands/sde.js';
import { solve } from './commands/solve.js';
import { status } from './commands/status.js';
import { task } from './commands/task.js';
import { train } from './commands/train.js';
import { validate } from './commands/validate.js';
import type { OutputOptions } from './execute.js';
import { configure } from './options.js';

/** The commands by name, in the order of the help. */
const COMMANDS: Readonly<Record<string, CliCommand>> = {
  init,
  run,
  pilot,
  import: importCommand,
  estimate,
  solve,
  train,
  benchmark,
  collect,
  task,
  report,
  sde,
  export: exportCommand,
  validate,
  status,
  repair,
  doctor,
  completion: completionCommand(() => COMMANDS),
};

const EXIT_CODE_HELP = `
The standard input is read where - stands in place of a file.

Exit codes:
  ${EXIT_CODES.ok}    done; a policy that loses is a result
  ${EXIT_CODES.bug}    a bug in hjb-lr
  ${EXIT_CODES.usage}    wrong usage of the command line
  ${EXIT_CODES.invalid_input}    invalid input or file
  ${EXIT_CODES.not_converged}    numerics not converged; the file is written, with its status
  ${EXIT_CODES.check_failed}    a check that the file itself declares failed
  ${EXIT_CODES.interrupted}  interrupted; the same command again resumes (solve, sde and report start again)`;

/**
 * Runs a command line.
 * @param argv - the arguments after the program's name
 * @returns the exit code
 */
export async function main(argv: readonly string[]): Promise<number> {
  let exitCode: number = EXIT_CODES.ok;
  const program = createProgram((code) => {
    exitCode = code;
  });
  try {
    const bare = bareCommand(program, argv);
    if (bare !== null) {
      bare.outputHelp({ error: true });
      return EXIT_CODES.usage;
    }
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return usageExitCode(error, argv);
  }
}

/** The command that is given with nothing of what it needs: its help says more than what is missing first. */
function bareCommand(program: Command, argv: readonly string[]): Command | null {
  const given = argv.filter((argument) => argument !== '--quiet' && argument !== '--no-color');
  const [name] = given;
  if (given.length !== 1 || !Object.hasOwn(COMMANDS, name) || !COMMANDS[name].needsInput) return null;
  return program.commands.find((command) => command.name() === name) ?? null;
}

function createProgram(done: (exitCode: number) => void): Command {
  const program = new Command(TOOL)
    .description('Learning-rate policies for adversarial training by stochastic optimal control.')
    .version(TOOL_VERSION)
    .option('--json', 'one JSON document on standard output')
    .option('--quiet', 'no progress')
    .option('--no-color', 'no colors (as with NO_COLOR)')
    .option('--data-limit <MB>', 'megabytes that a data file may hold, unpacked (256; as with HJB_LR_DATA_MB)')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('afterAll', EXIT_CODE_HELP)
    .exitOverride();
  for (const [name, command] of Object.entries(COMMANDS)) addCommand(program, name, command, done);
  return program;
}

function addCommand(program: Command, name: string, command: CliCommand, done: (exitCode: number) => void): void {
  const action = async (...parameters: unknown[]): Promise<void> => {
    const { json, quiet, dataLimit } = program.opts<Partial<OutputOptions> & { readonly dataLimit?: string }>();
    // Worker processes, which read the data too, inherit it.
    if (dataLimit !== undefined) process.env['HJB_LR_DATA_MB'] = dataLimit;
    const output = { json: json === true, quiet: quiet === true };
    const { execute } = await import('./execute.js');
    const readsInput = parameters.flat().includes(STANDARD_INPUT);
    done(await execute(name, { ...output, readsInput }, (context) => command.start(parameters, context)));
  };
  const { description, input, options, examples } = command;
  const configured = configure(program.command(name).description(description), input, options).action(action);
  const lines = examples.map((example) => `  ${TOOL} ${example}`);
  if (lines.length > 0) configured.addHelpText('after', ['', 'Examples:', ...lines].join('\n'));
}

/** Help and version are no errors; what commander refuses is wrong usage, told on standard error already. */
async function usageExitCode(error: CommanderError, argv: readonly string[]): Promise<number> {
  if (error.exitCode === 0) return EXIT_CODES.ok;
  const command = argv.find((argument) => Object.hasOwn(COMMANDS, argument)) ?? '';
  const sentence = error.message.replace(/^error: /, '');
  const usage = new HjbLrError('E_USAGE', sentence, { remedy: 'Give --help to see the usage.' });
  if (argv.includes('--json')) (await import('./execute.js')).printErrorDocument(command, usage);
  return EXIT_CODES.usage;
}
