import type { Command } from 'commander';
import type { StudyOptions } from '../../sde/index.js';
import { inWorker, type CommandContext } from '../context.js';
import { countOption, numbersOption, outOption, required, seedOption } from '../options.js';
import type { CommandResult } from '../stages.js';

export const configure = (command: Command): Command =>
  command
    .description(
      'the SDE of adversarial SGD, exactly, from a loss written as an expression: mean field, covariance, drift of first ' +
        'and second order, losses',
    )
    .argument('<file>', 'a file of kind sgd_model')
    .addOption(outOption())
    .option('--html', 'also a page with the fields over the weights, sde.html')
    .addOption(seedOption('seed of what is found by Monte Carlo; 0 by default'))
    .option('--simulate', 'real runs against paths of the SDE of both orders: means, variances, quantiles over time')
    .option('--weak-order', 'weak error of the observables against the real iteration over --etas, with its order')
    .option('--long-run', 'invariant measure and rate of convergence, against long real runs')
    .option('--robustness', 'flows of SGD and of adversarial SGD: input gradient, losses at several --eps')
    .option('--control', 'the optimal rate by the HJB equation over the weights, as policy.json, tried in real runs')
    .addOption(countOption('runs', 'real runs of --simulate, --weak-order, --long-run and of each method of --control'))
    .addOption(countOption('paths', 'paths of the SDE; as many as runs by default'))
    .addOption(numbersOption('etas', 'base rates of --weak-order, 1/40,1/80,1/160,1/320 by default'))
    .addOption(numbersOption('eps', 'budgets of the attack in --robustness'));

interface SdeFlags extends StudyOptions {
  readonly out?: string;
  readonly html?: boolean;
  readonly seed?: number;
}

export async function run(modelPath: string, flags: SdeFlags, context: CommandContext): Promise<CommandResult> {
  const { out, html = false, seed = 0, ...studies } = flags;
  if (html) required(out, '--out FOLDER');
  return inWorker('../report/sde-page.js', 'sdeStage', { modelPath, out, html, seed, studies }, context);
}
