import path from 'node:path';
import { readArtifact, writeFileAtomic } from '../../artifacts/files.js';
import type { Policy } from '../../artifacts/policy/policy.js';
import type { SdeAnalysis } from '../../artifacts/sde-analysis/sde-analysis.js';
import type { SdeControl } from '../../artifacts/sde-analysis/sde-control.js';
import { HjbLrError } from '../../errors.js';
import { compileSgdModel, retraceControl, type SgdModel } from '../../sde/index.js';
import type { SdePageOptions } from './declaration.js';
import type { Figure } from '../figure.js';
import { controlFigures } from '../figures/sde-control.js';
import { fieldFigures } from '../figures/sde-fields.js';
import { studyFigures } from '../figures/sde-studies.js';
import { plotlySource } from '../html.js';
import { sdePage } from '../sde-page.js';

/** Samples of a Monte Carlo picture: a hundred times fewer than of a number. */
const DRAWN_SAMPLES = 2048;

/**
 * sde.json -> sde.html. Fields are drawn from the model in the file; of a control the equation is solved and the first runs
 * are run again, under the policy beside the file and the schedules that it names.
 *
 * @throws what `readArtifact` and `compileSgdModel` throw; E_RUN_MISMATCH if the policy is not the one of the file; E_WRITE
 */
export async function sdePageStage({ analysisPath, dataFolder, out }: SdePageOptions) {
  const analysis = await readArtifact('sde_analysis', analysisPath);
  const { model: file, result } = analysis;
  const seen = { folder: dataFolder, seed: result.seed };
  const model = await compileSgdModel(file, { ...seen, samples: DRAWN_SAMPLES });
  const clean = await compileSgdModel({ ...file, attack: { type: 'none' } }, { ...seen, samples: DRAWN_SAMPLES });
  const whole = (): Promise<SgdModel> => compileSgdModel(file, seen);
  const control = await figuresOfControl(analysis, whole, path.dirname(analysisPath));
  const fields = result.kept === undefined ? fieldFigures(model, clean) : [];
  const figures = [...fields, ...studyFigures(result), ...control];
  const target = path.join(out, 'sde.html');
  await writeFileAtomic(target, sdePage({ model, result }, figures, await plotlySource()));
  return { artifacts: [target], summary: [`written: ${target}`], result: {} };
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
