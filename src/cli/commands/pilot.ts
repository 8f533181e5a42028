import path from 'node:path';
import { EXIT_CODES, HjbLrError } from '../../errors.js';
import { optionalArgument, toggle, type ValuesOf } from '../../execution/stage-options.js';
import { runStage } from '../../execution/stage.js';
import { defineCommand, requireGiven, type CommandResult } from '../command.js';
import type { CommandContext } from '../context.js';
import { defaultFolder, OUT_BY_DEFAULT } from '../default-folder.js';
import { commandLineOf } from '../shell.js';
import { PILOT, PILOT_PLAN } from '../stages.js';

const input = { experimentPath: optionalArgument('[experiment]', 'experiment.json; --plan does without') };

const { peak, horizon, attack, batchSize, spent } = PILOT_PLAN.options;
const planned = { peak, horizon, attack, batchSize, spent };

const options = {
  ...PILOT.options,
  out: OUT_BY_DEFAULT,
  plan: toggle('write the rates of the runs for a trainer of your own (CSV and policy files), and stop'),
  ...planned,
};

type Given = ValuesOf<typeof input> & ValuesOf<typeof options>;

export const pilot = defineCommand({
  description: PILOT.description,
  input,
  options,
  examples: [
    'pilot experiment.json --out runs/pilot',
    'pilot --plan --peak 0.4 --horizon 800 \\\n    --attack pgd.json --out plan',
  ],
  run: ({ plan, ...given }, context) => (plan === true ? writePlan(given, context) : runPilot(given, context)),
});

async function writePlan({ experimentPath, out, seed, ...given }: Omit<Given, 'plan'>, context: CommandContext) {
  const { peak, horizon, attack, batchSize, spent } = given;
  return runStage(
    PILOT_PLAN,
    {
      out: out ?? defaultFolder(experimentPath ?? 'plan', experimentPath === undefined ? '' : '-plan'),
      ...defined({ experimentPath, seed, peak, horizon, attack, batchSize, spent }),
    },
    context,
  );
}

function defined<Values extends object>(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Values;
}

async function runPilot(given: Omit<Given, 'plan'>, context: CommandContext): Promise<CommandResult> {
  const experimentPath = requireGiven(given.experimentPath, 'EXPERIMENT');
  const { peak, horizon, attack, batchSize, spent, ...asked } = given;
  const foreign = Object.keys(defined({ peak, horizon, attack, batchSize, spent }));
  if (foreign.length > 0) {
    throw new HjbLrError(
      'E_USAGE',
      `--${foreign.join(', --')} belong to --plan: a pilot takes them from its experiment.`,
      {
        remedy: 'Leave them out, or give --plan.',
      },
    );
  }
  const out = given.out ?? defaultFolder(experimentPath, '-pilot');
  const done = await runStage(PILOT, { ...asked, experimentPath, out }, context);
  if (done.exitCode !== EXIT_CODES.ok) return done;
  const trajectories = path.join(out, 'trajectories');
  return { next: commandLineOf('estimate', trajectories, '--experiment', experimentPath, '--out', out), ...done };
}
