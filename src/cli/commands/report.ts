import path from 'node:path';
import type { Command } from 'commander';
import type { CommandResult } from '../stages.js';
import { loadStage } from '../stages.js';

export const configure = (command: Command): Command =>
  command
    .description('results -> one offline HTML page, report.html')
    .argument('<results>', 'results.json')
    .option('--out <folder>', 'folder for the page; that of the results by default');

export async function run(resultsPath: string, flags: { out?: string }): Promise<CommandResult> {
  const { reportStage } = await loadStage('../report/stage.js');
  return reportStage({ resultsPath, out: flags.out ?? path.dirname(resultsPath) });
}
