import path from 'node:path';
import { writeFileAtomic } from '../../artifacts/files.js';
import { plotlySource } from '../html.js';
import { htmlReport } from '../render.js';
import type { SdePageOptions } from './declaration.js';
import { sdePageOf } from './sde-parts.js';

/**
 * sde.json -> sde.html.
 * @throws what `sdePageOf` throws; E_WRITE
 */
export async function sdePageStage({ analysisPath, dataFolder, out }: SdePageOptions) {
  const target = path.join(out, 'sde.html');
  await writeFileAtomic(target, htmlReport([await sdePageOf(analysisPath, dataFolder)], await plotlySource()));
  return { artifacts: [target], summary: [`written: ${target}`], result: {} };
}
