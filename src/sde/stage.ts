import path from 'node:path';
import { readArtifact, writeArtifact } from '../artifacts/files.js';
import type { SdeAnalysis, SdeResult } from '../artifacts/sde-analysis.js';
import { TOOL, TOOL_VERSION } from '../version.js';
import { analyseSgdModel } from './analysis.js';
import { controlSgdModel, type ControlledModel } from './control/control.js';
import { compileSgdModel, type SgdModel } from './model.js';

export interface SdeOptions {
  readonly modelPath: string;
  /** Folder for sde.json; without it nothing is written. */
  readonly out: string | undefined;
  readonly seed: number;
  /** Solves the model's control problem and tries its policy; in how many runs. */
  readonly control?: { readonly runs: number } | undefined;
}

export interface AnalysedModel {
  /** Where it was asked for. */
  readonly controlled?: ControlledModel | undefined;
  readonly model: SgdModel;
  readonly result: SdeResult;
  readonly artifacts: readonly string[];
}

/**
 * Reads a model file, finds the coefficients of its SDE, and writes them if a folder is given.
 * @throws what `readArtifact`, `compileSgdModel` and `analyseSgdModel` throw, E_WRITE
 */
export async function analyseModelFile({ modelPath, out, seed, control }: SdeOptions): Promise<AnalysedModel> {
  const file = await readArtifact('sgd_model', modelPath);
  const model = await compileSgdModel(file, { folder: path.dirname(modelPath), seed });
  const coefficients = analyseSgdModel(model, seed);
  const controlled = control === undefined ? undefined : await controlSgdModel(model, { ...control, seed });
  const result = { ...coefficients, ...(controlled === undefined ? {} : { control: controlled.result }) };
  if (out === undefined) return { model, result, controlled, artifacts: [] };
  const policies = controlled === undefined ? [] : [await writePolicy(out, controlled)];
  return { model, result, controlled, artifacts: [await writeAnalysis(out, { model, result }), ...policies] };
}

async function writePolicy(out: string, { policy }: ControlledModel): Promise<string> {
  const target = path.join(out, 'policy.json');
  await writeArtifact('policy', target, policy);
  return target;
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
