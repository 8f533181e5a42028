import { HjbLrError } from '../errors.js';
import { TOOL } from '../version.js';
import type { CliCommand } from './command.js';
import { flagOf } from './options.js';

/** A flag as completion needs it. */
interface Flag {
  readonly name: string;
  readonly help: string;
  /** Whether a value follows, and which ones there are; files where there are none. */
  readonly takesValue: boolean;
  readonly choices: readonly string[];
}

interface Completed {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly Flag[];
}

const GLOBAL: readonly Flag[] = [
  { name: '--json', help: 'one JSON document on standard output', takesValue: false, choices: [] },
  { name: '--quiet', help: 'no progress', takesValue: false, choices: [] },
  { name: '--no-color', help: 'no colors', takesValue: false, choices: [] },
  { name: '--help', help: 'display help', takesValue: false, choices: [] },
];

/**
 * A script that completes commands, their flags, the values of flags that have a list of them, and files.
 * @throws E_USAGE for a shell that is none of the three
 */
export function completionScript(shell: string, commands: Readonly<Record<string, CliCommand>>): string {
  const completed = Object.entries(commands).map(([name, command]) => completedOf(name, command));
  switch (shell) {
    case 'bash':
      return bashScript(completed);
    case 'zsh':
      return zshScript(completed);
    case 'fish':
      return fishScript(completed);
    default:
      throw new HjbLrError('E_USAGE', `There is no completion for "${shell}".`, {
        remedy: 'Give bash, zsh or fish.',
        fields: { shell },
      });
  }
}

function completedOf(name: string, { description, options }: CliCommand): Completed {
  const own = Object.entries(options).flatMap(([option, declared]): Flag[] => {
    if (declared.kind === 'setting') return [];
    const { help, kind, choices = [] } = declared;
    return [{ name: flagOf(option, declared), help, takesValue: kind !== 'switch', choices }];
  });
  return { name, description, flags: [...own, ...GLOBAL] };
}

function bashScript(commands: readonly Completed[]): string {
  const flags = commands.map(
    ({ name, flags: of }) => `    ${name}) words="${of.map((flag) => flag.name).join(' ')}" ;;`,
  );
  const values = choiceCases(commands).map(([flag, choices]) => `    ${flag}) words="${choices.join(' ')}" ;;`);
  return `# bash completion of ${TOOL}: ${TOOL} completion bash
_hjb_lr() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words="" command=""
  local word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in
      ${commands.map(({ name }) => name).join('|')}) command="$word"; break ;;
    esac
  done
  COMPREPLY=()
  if [[ -z "$command" ]]; then
    words="${[...commands.map(({ name }) => name), ...GLOBAL.map(({ name }) => name), '--version'].join(' ')}"
    COMPREPLY=($(compgen -W "$words" -- "$current"))
    return
  fi
  case "$previous" in
${values.join('\n')}
  esac
  if [[ -z "$words" && "$current" == -* ]]; then
    case "$command" in
${flags.join('\n')}
    esac
  fi
  if [[ -n "$words" ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  else
    compopt -o filenames 2> /dev/null
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}
complete -F _hjb_lr ${TOOL}`;
}

/** Each flag with choices once: the same flag has the same ones in every command. */
function choiceCases(commands: readonly Completed[]): [string, readonly string[]][] {
  const found = commands.flatMap(({ flags }) => flags.filter(({ choices }) => choices.length > 0));
  return [...new Map(found.map(({ name, choices }) => [name, choices]))];
}

function zshScript(commands: readonly Completed[]): string {
  const names = commands.map(({ name, description }) => `    '${name}:${zshText(description)}'`);
  const cases = commands.map(
    ({ name, flags }) =>
      `    ${name})\n      _arguments ${[...flags.map(zshFlag), "'*:file:_files'"].join(' \\\n        ')} ;;`,
  );
  return `#compdef ${TOOL}
# zsh completion of ${TOOL}: ${TOOL} completion zsh
_hjb_lr() {
  local -a commands
  commands=(
${names.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe 'command' commands
    return
  fi
  local command="$words[2]"
  shift words
  (( CURRENT-- ))
  case "$command" in
${cases.join('\n')}
  esac
}
if [[ "$funcstack[1]" == "_hjb-lr" ]]; then _hjb_lr "$@"; else compdef _hjb_lr ${TOOL}; fi`;
}

function zshFlag({ name, help, takesValue, choices }: Flag): string {
  const value = choices.length > 0 ? `:value:(${choices.join(' ')})` : takesValue ? ':value:_files' : '';
  return `'${name}[${zshText(help)}]${value}'`;
}

/** Within single quotes and brackets. */
function zshText(text: string): string {
  return text.replaceAll("'", "'\\''").replace(/[[\]:]/g, (sign) => `\\${sign}`);
}

function fishScript(commands: readonly Completed[]): string {
  const names = commands.map(
    ({ name, description }) => `complete -c ${TOOL} -n __fish_use_subcommand -a ${name} -d ${fishText(description)}`,
  );
  const flags = commands.flatMap(({ name, flags: of }) => of.map((flag) => fishFlag(name, flag)));
  return [`# fish completion of ${TOOL}: ${TOOL} completion fish`, ...names, ...flags].join('\n');
}

function fishFlag(command: string, { name, help, takesValue, choices }: Flag): string {
  const values = choices.length > 0 ? ` -x -a ${fishText(choices.join(' '))}` : takesValue ? ' -r' : '';
  return `complete -c ${TOOL} -n "__fish_seen_subcommand_from ${command}" -l ${name.slice(2)}${values} -d ${fishText(help)}`;
}

function fishText(text: string): string {
  return `'${text.replace(/[\\']/g, (sign) => `\\${sign}`)}'`;
}
