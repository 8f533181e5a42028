import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { PACKAGE_ROOT } from '../../src/version.js';

/** Width of the help, whatever the terminal. */
const COLUMNS = 100;

/** docs/reference/commands.md: what `--help` prints, command by command. */
export function commandsPage(): string {
  const whole = help();
  const commands = [...whole.matchAll(/^ {2}([a-z]+)(?: |$)/gm)]
    .map(([, name]) => name)
    .filter((name) => name !== 'help');
  return [
    '# Commands',
    '',
    'What `hjb-lr --help` and `hjb-lr COMMAND --help` print.',
    '',
    block(whole),
    ...commands.flatMap((name) => ['', `## hjb-lr ${name}`, '', block(help(name))]),
    '',
  ].join('\n');
}

function help(...command: string[]): string {
  const program = path.join(PACKAGE_ROOT, 'dist', 'src', 'cli', 'main.js');
  const env = { ...process.env, COLUMNS: `${COLUMNS}`, NO_COLOR: '1' };
  return execFileSync(process.execPath, [program, ...command, '--help'], { encoding: 'utf8', env }).trimEnd();
}

function block(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\``;
}
