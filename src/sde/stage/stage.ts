import path from 'node:path';
import { readArtifact, writeArtifact } from '../../artifacts/files.js';
import type { SdeAnalysis, SdeResult } from '../../artifacts/sde-analysis/sde-analysis.js';
import { EXIT_CODES } from '../../errors.js';
import { TOOL, TOOL_VERSION } from '../../version.js';
import { analyseSgdModel } from '../analysis.js';
import { analyseKept } from '../kept/analysis.js';
import { controlKept } from '../kept/control/control.js';
import { isKept } from '../restarted-alone.js';
import { controlSgdModel, type ControlledModel } from '../control/control.js';
import { controlText } from '../control/text.js';
import type { SdeStageOptions } from './declaration.js';
import { compileSgdModel, type SgdModel } from '../model.js';
import { refuseStudiesOfKept, requireStudies, STUDIES, studiesOf, type StudyOptions } from '../studies.js';
import { sdeText, studySentences } from '../text.js';

/**
 * `hjb-lr sde MODEL`: model of adversarial SGD -> the coefficients of its SDE, and with a folder sde.json.
 *
 * @example
 * const { result } = await sdeStage({ modelPath: 'model.json' });
 * result.points[0].drift_2; // b0 + eta b1 at the first point
 */
export async function sdeStage({ modelPath, out, seed = 0, onProgress = () => {}, ...studies }: SdeStageOptions) {
  const total = 1 + STUDIES.filter((name) => studies[name] === true).length;
  let done = 0;
  const onPart = (): void => onProgress({ stage: 'sde', done: done++, total });
  onPart();
  const { result, artifacts } = await analyseModelFile({ modelPath, out, seed, studies, onPart });
  return {
    artifacts,
    summary: [...summaryOf(result), ...artifacts.map((file) => `written: ${file}`)],
    result,
    exitCode: isConverged(result) ? EXIT_CODES.ok : EXIT_CODES.not_converged,
  };
}

function summaryOf(result: SdeResult): string[] {
  const control = result.control === undefined ? [] : controlText(result.control);
  return [...sdeText(result), ...studySentences(result), ...control];
}

function isConverged({ control }: SdeResult): boolean {
  return control === undefined || control.solver.status === 'converged';
}

export interface SdeOptions {
  readonly modelPath: string;
  /** Folder for sde.json; without it nothing is written. */
  readonly out: string | undefined;
  readonly seed: number;
  /** Studies to add, and whether to solve the model's control problem and try its policy: none by default. */
  readonly studies?: StudyOptions;
  /** Told when the coefficients and when each study is done. */
  readonly onPart?: () => void;
}

/** Real runs of each method of the control problem. */
const CONTROL_RUNS = 10_000;

export interface AnalysedModel {
  /** Where it was asked for. */
  readonly controlled?: ControlledModel | undefined;
  readonly model: SgdModel;
  readonly result: SdeResult;
  readonly artifacts: readonly string[];
}

/**
 * Reads a model file, finds the coefficients of its SDE, and writes them if a folder is given.
 * @throws what `readArtifact`, `compileSgdModel`, `analyseSgdModel` and the studies throw, E_WRITE
 */
export async function analyseModelFile({
  modelPath,
  out,
  seed,
  studies = {},
  onPart = () => {},
}: SdeOptions): Promise<AnalysedModel> {
  requireStudies(studies);
  const file = await readArtifact('sgd_model', modelPath);
  refuseStudiesOfKept(file, studies);
  const folder = path.dirname(modelPath);
  const model = await compileSgdModel(file, { folder, seed });
  const analysis = (isKept(file) ? analyseKept : analyseSgdModel)(model, seed);
  onPart();
  const coefficients = { ...analysis, ...(await studiesOf(model, { ...studies, folder, seed }, onPart)) };
  const { control, runs = CONTROL_RUNS } = studies;
  const isControlled = control === true && !isKept(file);
  const controlled = isControlled ? await controlSgdModel(model, { runs, seed }) : undefined;
  const ofKept = control === true && isKept(file) ? await controlKept(model, { runs, seed }) : undefined;
  const found = (controlled ?? ofKept)?.result;
  if (found !== undefined) onPart();
  const result = { ...coefficients, ...(found === undefined ? {} : { control: found }) };
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
