import type { ArgumentDeclaration } from '../../execution/stage-options.js';
import { defineCommand, type CliCommand } from '../command.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

const shell: ArgumentDeclaration<string> = { term: '<shell>', help: SHELLS.join(', ') };

/** `hjb-lr completion SHELL`: a script that completes commands, flags and their choices. */
export function completionCommand(commands: () => Readonly<Record<string, CliCommand>>): CliCommand {
  return defineCommand({
    description: 'a script for the shell that completes commands, flags and their values',
    input: { shell },
    options: {},
    examples: [
      'completion bash >> ~/.bashrc',
      'completion zsh > "${fpath[1]}/_hjb-lr"',
      'completion fish > ~/.config/fish/completions/hjb-lr.fish',
    ],
    run: async ({ shell: name }) => {
      const { completionScript } = await import('../completion-script.js');
      return { artifacts: [], summary: [completionScript(name, commands())], result: { shell: name } };
    },
  });
}
