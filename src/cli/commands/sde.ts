import path from 'node:path';
import { toggle } from '../../execution/stage-options.js';
import { defineCommand, withPage } from '../command.js';
import { inWorker } from '../context.js';
import { defaultFolder } from '../default-folder.js';
import { SDE, SDE_PAGE } from '../stages.js';

const { out, ...studies } = SDE.options;

export const sde = defineCommand({
  ...SDE,
  options: { out, html: toggle('also a page with the fields over the weights, sde.html'), ...studies },
  examples: ['sde model.json', 'sde model.json --control --out runs/sde --html'],
  run: async ({ html, ...given }, context) => {
    if (html !== true) return inWorker(SDE, given, context);
    const folder = given.out ?? defaultFolder(given.modelPath);
    const done = await inWorker(SDE, { ...given, out: folder }, context);
    const drawn = {
      analysisPath: path.join(folder, 'sde.json'),
      dataFolder: path.dirname(given.modelPath),
      out: folder,
    };
    return withPage(done, await inWorker(SDE_PAGE, drawn, context));
  },
});
