/**
 * What a module that adds to hjb-lr imports, as `hjb-lr/extend`: nothing here reads or writes a file. Import such a module
 * before `hjb-lr` itself; for the command line and its workers, NODE_OPTIONS="--import=/path/to/module.js".
 */
export { nonnegative, positive, positiveCount, finite } from './artifacts/shared/common.js';
export { logNumberSchema, type LogNumber } from './artifacts/shared/log-number.js';
export {
  registerAttack,
  type AttackBall,
  type AttackMould,
  type AttackOptions,
  type ControlValues,
  type Perturb,
} from './attacks/index.js';
export {
  registerClosure,
  type Closure,
  type ClosureState,
  type FilterState,
  type FilterUpdate,
  type Prior,
  type Scales,
  type StateFilter,
} from './closures/index.js';
export {
  registerControl,
  type Control,
  type ControlSchedule,
  type RunSetting,
  type UpdateSettings,
} from './controls/index.js';
export { initialSchema } from './closures/initial.js';
export { gradientOf, lossesOf, registerLoss, type Loss, type LossMould } from './losses/index.js';
export { every, rowSchema } from './measurements/measurement.js';
export {
  registerMeasurement,
  type MeasurementMould,
  type MeasurementSetting,
  type QuantityStyle,
} from './measurements/index.js';
export type { LabelledInputs, LogitGradient, Network } from './networks/network.js';
export { z } from 'zod';
