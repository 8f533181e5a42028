import { BENCHMARK } from '../benchmark/declaration.js';
import { ESTIMATE } from '../estimation/declaration.js';
import type { InputDeclaration, OptionDeclarations } from '../execution/stage-options.js';
import type { Stage } from '../execution/stage.js';
import { IMPORT } from '../import/stage/declaration.js';
import { PILOT } from '../pilot/declaration.js';
import { TRAIN_RECEDING } from '../receding/declaration.js';
import { PILOT_PLAN } from '../pilot/plan-declaration.js';
import { PROBLEM_PAGE, REPORT, SDE_PAGE } from '../report/stage/declaration.js';
import { SDE } from '../sde/stage/declaration.js';
import { STUDY } from '../study/stage/declaration.js';
import { SOLVE } from '../synthesis/stage/declaration.js';
import { SOLVE_PROBLEM } from '../synthesis/problem-file/declaration.js';
import { TRAIN } from '../training/stage/declaration.js';

export {
  BENCHMARK,
  ESTIMATE,
  IMPORT,
  PILOT,
  PILOT_PLAN,
  PROBLEM_PAGE,
  REPORT,
  SDE,
  SDE_PAGE,
  SOLVE,
  SOLVE_PROBLEM,
  STUDY,
  TRAIN,
  TRAIN_RECEDING,
};

const STAGES = [
  PILOT,
  PILOT_PLAN,
  IMPORT,
  ESTIMATE,
  SOLVE,
  SOLVE_PROBLEM,
  TRAIN,
  TRAIN_RECEDING,
  BENCHMARK,
  STUDY,
  SDE,
  REPORT,
  SDE_PAGE,
  PROBLEM_PAGE,
];

type AnyStage = Stage<InputDeclaration, OptionDeclarations, unknown>;

/** The stage of a name, for the worker that is told no more than it; the types were seen to where the stage was called. */
export function stageNamed(name: string): AnyStage {
  return STAGES.find((stage) => stage.name === name) as unknown as AnyStage;
}
