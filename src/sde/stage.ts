import path from 'node:path';
import { readArtifact, writeArtifact } from '../artifacts/files.js';
import type { SdeAnalysis, SdeResult } from '../artifacts/sde-analysis.js';
import { TOOL, TOOL_VERSION } from '../version.js';
import { analyseSgdModel } from './analysis.js';
import { compileSgdModel, type SgdModel } from './model.js';
import { requireStudies, studiesOf, type StudyOptions } from './studies.js';

export interface SdeOptions {
  readonly modelPath: string;
  /** Folder for sde.json; without it nothing is written. */
  readonly out: string | undefined;
  readonly seed: number;
  /** Studies to add: none by default. */
  readonly studies?: StudyOptions;
}

export interface AnalysedModel {
  readonly model: SgdModel;
  readonly result: SdeResult;
  readonly artifacts: readonly string[];
}

/**
 * Reads a model file, finds the coefficients of its SDE, and writes them if a folder is given.
 * @throws what `readArtifact`, `compileSgdModel`, `analyseSgdModel` and the studies throw, E_WRITE
 */
export async function analyseModelFile({ modelPath, out, seed, studies = {} }: SdeOptions): Promise<AnalysedModel> {
  requireStudies(studies);
  const file = await readArtifact('sgd_model', modelPath);
  const folder = path.dirname(modelPath);
  const model = await compileSgdModel(file, { folder, seed });
  const result = { ...analyseSgdModel(model, seed), ...(await studiesOf(model, { ...studies, folder, seed })) };
  return { model, result, artifacts: out === undefined ? [] : [await writeAnalysis(out, { model, result })] };
}

async function writeAnalysis(out: string, { model, result }: Pick<AnalysedModel, 'model' | 'result'>): Promise<string> {
  const target = path.join(out, 'sde.json');
  const analysis: SdeAnalysis = {
    kind: 'sde_analysis',
    schema_version: '1.0.0',
    name: model.file.name,
    model: model.file,
    result,
    provenance: { tool: TOOL, tool_version: TOOL_VERSION },
  };
  await writeArtifact('sde_analysis', target, analysis);
  return target;
}
