import path from 'node:path';
import { EXIT_CODES } from '../../errors.js';
import { runStage } from '../../execution/stage.js';
import { defineCommand } from '../command.js';
import { commandLineOf } from '../shell.js';
import { PILOT } from '../stages.js';

export const pilot = defineCommand({
  ...PILOT,
  run: async (given, context) => {
    const done = await runStage(PILOT, given, context);
    if (done.exitCode !== EXIT_CODES.ok) return done;
    const { experimentPath: experiment, out } = given;
    const trajectories = path.join(out, 'trajectories');
    return { next: commandLineOf('estimate', trajectories, '--experiment', experiment, '--out', out), ...done };
  },
});
