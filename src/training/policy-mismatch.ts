import type { Experiment } from '../artifacts/experiment/experiment.js';
import type { Policy } from '../artifacts/policy/policy.js';
import { HjbLrError, type Issue } from '../errors.js';
import { differences } from '../run-mismatch.js';
import { asJson } from '../json.js';
import { createAttack } from '../attacks/create-attack.js';
import { objectiveOf, type Workload } from '../workloads/index.js';

const STANDARD = { type: 'standard' } as const;

/**
 * Where an experiment is not what a policy was made for: another attack, loss, training, optimizer, batch size or objective
 * gives other losses at the same weights, or other steps at the same rate. The length of the run is the policy's own affair
 * (`time.stretch`); a whole method is compared with what it stands in place of.
 */
export function policyMismatches(policy: Policy, experiment: Experiment, workload: Workload): Issue[] {
  const { objective, loss = 'cross_entropy', training = STANDARD, batch_size, whole_method: whole } = policy;
  const { attack: madeAgainst, optimizer } = whole?.replaces ?? policy;
  const attack = madeAgainst === null ? null : createAttack(madeAgainst).spec;
  const horizon = whole === undefined ? {} : { horizon: whole.replaces.horizon };
  const madeFor = { attack, loss, training, objective, optimizer, batch_size, ...horizon };
  const found = {
    attack: workload.attack === null ? null : workload.attack.spec,
    loss: workload.loss ?? 'cross_entropy',
    training: workload.training ?? STANDARD,
    objective: objectiveOf(experiment, workload),
    optimizer: experiment.optimizer,
    batch_size: experiment.batch_size,
    ...(whole === undefined ? {} : { horizon: experiment.horizon }),
  };
  return differences(
    asJson(madeFor),
    asJson(found),
    [],
    (a, b) => `the policy was made for ${a}, the experiment has ${b}`,
  );
}

/** @throws E_RUN_MISMATCH with every difference */
export function mismatchError(file: string, issues: readonly Issue[]): HjbLrError {
  return new HjbLrError('E_RUN_MISMATCH', `${file} was made for another experiment.`, {
    remedy:
      'Make a policy of this experiment (pilot, estimate, solve), or give --allow-mismatch; the log then says so.',
    issues,
    fields: { file },
  });
}
