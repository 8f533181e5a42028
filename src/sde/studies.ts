import type { SgdModelFile } from '../artifacts/sgd-model/sgd-model.js';
import type { Studies } from '../artifacts/sde-analysis/sde-studies.js';
import { HjbLrError } from '../errors.js';
import { simulateKept } from './kept/simulate.js';
import { keptWeakOrder } from './kept/weak-order/weak-order.js';
import { longRun } from './long-run/long-run.js';
import type { SgdModel } from './model.js';
import { isKept, refuseKept } from './restarted-alone.js';
import { robustness } from './robustness/robustness.js';
import { simulateSgd } from './simulation/simulate.js';
import { weakOrder } from './weak-order/weak-order.js';

/** Which studies `hjb-lr sde` adds, and what they share; what is left out has the default of its study. */
export interface StudyOptions {
  readonly weakOrder?: boolean;
  readonly simulate?: boolean;
  readonly longRun?: boolean;
  readonly robustness?: boolean;
  readonly control?: boolean;
  readonly runs?: number;
  readonly paths?: number;
  readonly etas?: readonly number[];
  readonly eps?: readonly number[];
}

/** What may be added. */
export const STUDIES = ['weakOrder', 'simulate', 'longRun', 'robustness', 'control'] as const;

/** An option that belongs to studies of which none was asked for. */
const BELONGS: readonly (readonly [keyof StudyOptions, readonly (keyof StudyOptions)[]])[] = [
  ['runs', ['simulate', 'weakOrder', 'longRun', 'control']],
  ['paths', ['simulate', 'weakOrder']],
  ['etas', ['weakOrder']],
  ['eps', ['robustness']],
];

/** @throws E_USAGE for an option without its study */
export function requireStudies(options: StudyOptions): void {
  for (const [name, studies] of BELONGS) {
    if (options[name] === undefined || studies.some((study) => options[study] === true)) continue;
    const flags = studies.map((study) => `--${study.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
    throw new HjbLrError('E_USAGE', `--${name} says nothing without ${flags.join(' or ')}.`, {
      remedy: `Add ${flags.join(' or ')}, or leave --${name} out.`,
    });
  }
}

/** Studies of weights whose perturbations restart: of kept ones they are not written. */
const RESTARTED_ALONE = { longRun: '--long-run', robustness: '--robustness' } as const;

/** @throws E_INVALID for a study that kept perturbations do not have */
export function refuseStudiesOfKept(file: SgdModelFile, options: StudyOptions): void {
  for (const [study, flag] of Object.entries(RESTARTED_ALONE)) {
    if (options[study as keyof typeof RESTARTED_ALONE] !== true) continue;
    refuseKept({ file }, flag, `Leave ${flag} out, or write "start": "zero" in the attack.`);
  }
}

/**
 * The sections that were asked for, by the names that they have in the result.
 * @param folder - where a relative path of a data file starts
 * @param onPart - told when each of them is done
 */
export async function studiesOf(
  model: SgdModel,
  { folder, seed, ...options }: StudyOptions & { readonly folder: string; readonly seed: number },
  onPart: () => void = () => {},
): Promise<Studies> {
  const done = <Result>(result: Result): Result => {
    onPart();
    return result;
  };
  const { runs, paths, etas, eps } = options;
  const given = <Name extends string, Value>(name: Name, value: Value | undefined) =>
    (value === undefined ? {} : { [name]: value }) as { [key in Name]?: Value };
  const ensemble = { seed, ...given('runs', runs), ...given('paths', paths) };
  const [order, simulate] = isKept(model.file) ? [keptWeakOrder, simulateKept] : [weakOrder, simulateSgd];
  return {
    ...(options.weakOrder === true && {
      weak_order: done(await order(model, { ...ensemble, ...given('etas', etas) })),
    }),
    ...(options.simulate === true && { simulation: done(await simulate(model, ensemble)) }),
    ...(options.longRun === true && { long_run: done(longRun(model, { seed, ...given('runs', runs) })) }),
    ...(options.robustness === true && {
      robustness: done(await robustness(model, { folder, seed, ...given('eps', eps) })),
    }),
  };
}
