import path from 'node:path';
import { toggle } from '../../execution/stage-options.js';
import { defineCommand, requireGiven, withPage } from '../command.js';
import { inWorker } from '../context.js';
import { SDE, SDE_PAGE } from '../stages.js';

const { out, ...studies } = SDE.options;

export const sde = defineCommand({
  ...SDE,
  options: { out, html: toggle('also a page with the fields over the weights, sde.html'), ...studies },
  run: async ({ html, ...given }, context) => {
    if (html !== true) return inWorker(SDE, given, context);
    const folder = requireGiven(given.out, '--out FOLDER');
    const done = await inWorker(SDE, given, context);
    const drawn = {
      analysisPath: path.join(folder, 'sde.json'),
      dataFolder: path.dirname(given.modelPath),
      out: folder,
    };
    return withPage(done, await inWorker(SDE_PAGE, drawn, context));
  },
});
