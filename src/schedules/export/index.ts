import type { Policy } from '../../artifacts/policy/policy.js';
import { HjbLrError } from '../../errors.js';
import { openLoopForm, type OpenLoopForm } from './open-loop-form.js';
import * as targets from './targets.js';

export { openLoopForm, type OpenLoopForm } from './open-loop-form.js';

/** The trainers that a policy can be written for, by name. */
export type ExportName = keyof typeof targets;

export const EXPORT_NAMES = Object.keys(targets) as ExportName[];

/** What of a trainer's form does not have the policy's clip. */
const WITHOUT_CLIP: readonly string[] = ['csv', 'keras', 'robustness'];

export interface ExportedPolicy {
  readonly text: string;
  /** What the form leaves out, in one sentence each. */
  readonly leftOut: readonly string[];
}

/**
 * A policy in its open-loop form for a trainer that shows it no loss.
 *
 * @param updates - length of the run; by default the policy's horizon
 * @param updatesPerEpoch - for trainers that count epochs (robustness)
 * @throws E_INVALID for a whole method in another form than csv, for a policy that follows the weights, and without the updates of an epoch
 * where they are needed; what `policySchedule` throws
 */
export function exportPolicy(
  policy: Policy,
  to: ExportName,
  {
    updates,
    updatesPerEpoch = null,
  }: { readonly updates?: number | undefined; readonly updatesPerEpoch?: number | null } = {},
): ExportedPolicy {
  if (policy.whole_method !== undefined && to !== 'csv') throw moreThanARate(policy, to);
  if (to === 'robustness' && updatesPerEpoch === null) throw needsEpochs();
  const form = openLoopForm(policy, updates);
  return { text: targets[to](form, { updatesPerEpoch }), leftOut: leftOut(form, to) };
}

function leftOut(form: OpenLoopForm, to: ExportName): string[] {
  const others = Object.keys(form.controls).filter((name) => name !== 'learning_rate');
  return [
    ...(form.isLess ? ['The policy looks at the losses of the run; this form has its values over time alone.'] : []),
    ...(form.clip !== null && WITHOUT_CLIP.includes(to)
      ? [
          `The policy clips the gradient (${form.clip.kind}), and this form does not: without its clip, runs under it end early.`,
        ]
      : []),
    ...(others.length > 0 && to !== 'csv'
      ? [`The policy also decides ${others.join(', ')}, which this form leaves out.`]
      : []),
  ];
}

function moreThanARate({ name, requires }: Policy, to: ExportName): HjbLrError {
  return new HjbLrError('E_INVALID', `The policy "${name}" is a whole method, of which ${to} has the rate alone.`, {
    remedy: 'Give --to csv, which has every control, or follow the file by clients/python (examples/recommended.py).',
    issues: [{ path: 'requires', message: requires.join(', ') }],
  });
}

function needsEpochs(): HjbLrError {
  return new HjbLrError('E_USAGE', 'robustness counts epochs, and a policy counts updates.', {
    remedy: 'Give --updates-per-epoch NUMBER: training examples over batch size.',
  });
}
