import path from 'node:path';
import { readArtifact } from '../../artifacts/files.js';
import type { Policy } from '../../artifacts/policy/policy.js';
import type { SdeAnalysis } from '../../artifacts/sde-analysis/sde-analysis.js';
import type { SdeControl } from '../../artifacts/sde-analysis/sde-control.js';
import { HjbLrError } from '../../errors.js';
import { compileSgdModel, retraceControl, type SgdModel } from '../../sde/index.js';
import type { Page } from '../content.js';
import type { Figure } from '../figure.js';
import { controlFigures } from '../figures/sde-control.js';
import { fieldFigures } from '../figures/sde-fields.js';
import { studyFigures } from '../figures/sde-studies.js';
import { sdePage } from '../pages/sde.js';

/** Samples of a Monte Carlo picture: a hundred times fewer than of a number. */
const DRAWN_SAMPLES = 2048;

/**
 * The page of sde.json. Fields are drawn from the model in the file; of a control the equation is solved and the first runs
 * are run again, under the policy beside the file and the schedules that it names.
 *
 * @param dataFolder - where relative paths of the model to its data start
 * @throws what `readArtifact` and `compileSgdModel` throw; E_RUN_MISMATCH if the policy is not the one of the file
 */
export async function sdePageOf(analysisPath: string, dataFolder: string): Promise<Page> {
  const analysis = await readArtifact('sde_analysis', analysisPath);
  const { model: file, result, provenance } = analysis;
  const seen = { folder: dataFolder, seed: result.seed };
  const model = await compileSgdModel(file, { ...seen, samples: DRAWN_SAMPLES });
  const clean = await compileSgdModel({ ...file, attack: { type: 'none' } }, { ...seen, samples: DRAWN_SAMPLES });
  const whole = (): Promise<SgdModel> => compileSgdModel(file, seen);
  const control = await figuresOfControl(analysis, whole, path.dirname(analysisPath));
  const fields = result.kept === undefined ? fieldFigures(model, clean) : [];
  return sdePage({ model, result, provenance }, [...fields, ...studyFigures(result), ...control]);
}

async function figuresOfControl(
  { result: { control } }: SdeAnalysis,
  whole: () => Promise<SgdModel>,
  folder: string,
): Promise<Figure[]> {
  if (control === undefined || control.policy_id === null) return [];
  const model = await whole();
  return controlFigures(await retraceControl(model, control, await policyOf(control, folder)), model.eta);
}

async function policyOf({ policy_id: expected }: SdeControl, folder: string): Promise<Policy> {
  const file = path.join(folder, 'policy.json');
  const policy = await readArtifact('policy', file);
  if (policy.policy_id === expected) return policy;
  throw new HjbLrError('E_RUN_MISMATCH', `${file} is not the policy that sde.json tells of.`, {
    remedy: 'Write both again with `hjb-lr sde --control`.',
    issues: [{ path: 'policy_id', message: `expected ${expected}; got ${policy.policy_id}` }],
    fields: { file },
  });
}
