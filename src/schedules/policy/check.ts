import type { Policy, PolicyControl, PolicyTable } from '../../artifacts/policy/policy.js';
import { controlNamed, controlNames } from '../../controls/index.js';
import { HjbLrError, type Issue } from '../../errors.js';
import { createFilter, isCovariance, type StateFilter } from '../filters/index.js';

/** What a policy whose states are the weights requires of its reader. */
export const WEIGHTS_STATE = 'weights_state';

/** What a policy requires that brings its attack, its optimizer and its length. */
export const WHOLE_METHOD = 'whole_method';

/** What a policy requires whose training examples keep their perturbations. */
export const KEPT_PERTURBATIONS = 'kept_perturbations';

/** Names in `requires` that this reader knows. */
const KNOWN_FEATURES: readonly string[] = [WEIGHTS_STATE, WHOLE_METHOD, KEPT_PERTURBATIONS];

/**
 * Refuses a policy that this runtime cannot follow as its author meant it.
 *
 * @throws E_VERSION for a feature in `requires` that this reader does not know; E_INVALID with every contradiction
 * inside the file, or if the run has not the policy's length and `time.stretch` is `refuse`
 */
export function requirePolicy(policy: Policy, updates: number): void {
  requireFeatures(policy);
  const issues = policyIssues(policy);
  if (issues.length > 0) {
    throw new HjbLrError('E_INVALID', `The policy "${policy.name}" contradicts itself.`, {
      remedy: 'Correct these fields, or write the file again with hjb-lr solve.',
      issues,
    });
  }
  requireHorizon(policy, updates);
}

/** What the schema of a policy cannot see: contradictions between its fields; empty for a sound file. */
export function policyIssues(policy: Policy): Issue[] {
  const { controls, form } = policy;
  return [
    ...issueIf(!('learning_rate' in controls), 'controls.learning_rate', 'is missing: nothing else gives the rate'),
    ...Object.entries(controls).flatMap(([name, control]) => controlIssues(name, control)),
    ...requirementIssues(policy),
    ...(form === 'feedback_table' ? feedbackIssues(policy) : openLoopIssues(policy)),
  ];
}

/** A reader that does not look at these fields must be told that it should. */
function requirementIssues({ requires, whole_method, attack }: Policy): Issue[] {
  const isKept = (attack as { readonly start?: string } | null)?.start === 'kept';
  return [
    ...issueIf(
      requires.includes(WHOLE_METHOD) !== (whole_method !== undefined),
      'requires',
      `"${WHOLE_METHOD}" belongs to policies with the field whole_method, and to them alone`,
    ),
    ...issueIf(
      requires.includes(KEPT_PERTURBATIONS) && !isKept,
      'requires',
      `"${KEPT_PERTURBATIONS}" belongs to policies whose attack starts from what is kept`,
    ),
    ...issueIf(
      whole_method !== undefined && isKept && !requires.includes(KEPT_PERTURBATIONS),
      'requires',
      `must name "${KEPT_PERTURBATIONS}": the attack starts from what is kept`,
    ),
  ];
}

/** A control that this reader knows, in its unit, with legal values. */
function controlIssues(name: string, { unit, guards, open_loop: openLoop, table }: PolicyControl): Issue[] {
  const path = `controls.${name}`;
  const known = controlNamed(name);
  if (known === undefined) {
    return [{ path, message: `is none of the controls that this release knows: ${controlNames().join(', ')}` }];
  }
  const isLegal = (value: number): boolean => known.value.safeParse(value).success;
  const bad = openLoop.values.findIndex((value) => !isLegal(value));
  return [
    ...issueIf(unit !== known.unit, `${path}.unit`, `must be "${known.unit}"`),
    ...issueIf(guards.min > guards.max, `${path}.guards.min`, 'must not exceed max'),
    ...(['min', 'max'] as const).flatMap((end) =>
      issueIf(!isLegal(guards[end]), `${path}.guards.${end}`, `${guards[end]} is no legal value of this control`),
    ),
    ...issueIf(
      known.isInteger && guards.warmup_updates > 0,
      `${path}.guards.warmup_updates`,
      'must be 0: a warm-up would leave the whole numbers',
    ),
    ...issueIf(
      bad >= 0,
      `${path}.open_loop.values.${bad}`,
      `${openLoop.values[bad]} is no legal value of this control`,
    ),
    ...issueIf(
      openLoop.values.length !== openLoop.updates.length,
      `${path}.open_loop.values`,
      'must hold one value per update',
    ),
    ...logOfZero(path, table),
  ];
}

function logOfZero(path: string, table: PolicyTable | null): Issue[] {
  return (table?.axes ?? []).flatMap(({ coordinate, grid }, i) =>
    issueIf(coordinate === 'log' && grid[0] <= 0, `${path}.table.axes.${i}.grid`, 'must be positive on a log axis'),
  );
}

/** Tables over time and exactly the states of the filter, and an interval for none but them. */
function feedbackIssues({ filter, controls, support, input, requires }: Policy): Issue[] {
  const tables = Object.entries(controls).filter(([, { table }]) => table !== null);
  if (filter === null || tables.length === 0) {
    return [
      ...issueIf(filter === null, 'filter', 'a feedback policy has one'),
      ...issueIf(tables.length === 0, 'controls', 'a feedback policy has a table for at least one of them'),
    ];
  }
  const seesWeights = filter.kind === 'weights';
  const states = seesWeights ? filter.names : createFilter(filter).stateNames;
  return [
    ...tables.flatMap(([name, { table }]) => axesIssues(`controls.${name}.table.axes`, table!, ['time', ...states])),
    ...supportIssues(support, states),
    ...issueIf(
      !seesWeights && !isCovariance(filter.initial.covariance),
      'filter.initial.covariance',
      'must be symmetric, not negative',
    ),
    ...issueIf(
      seesWeights !== requires.includes(WEIGHTS_STATE),
      'requires',
      `"${WEIGHTS_STATE}" belongs to policies whose states are the weights, and to them alone`,
    ),
    ...issueIf(seesWeights && input !== null, 'input', 'a policy that sees the weights looks at no loss'),
    ...issueIf(!seesWeights && input === null, 'input', 'a filter needs a loss to look at'),
    ...issueIf(
      input !== null && input.cadence_updates > input.max_age_updates,
      'input.max_age_updates',
      'must be at least cadence_updates: each observation would be missing before the next one',
    ),
  ];
}

function axesIssues(path: string, { axes }: PolicyTable, expected: readonly string[]): Issue[] {
  const found = axes.map(({ name }) => name);
  return issueIf(found.join() !== expected.join(), path, `must be ${expected.join(', ')}; got ${found.join(', ')}`);
}

function supportIssues(support: Policy['support'], states: readonly string[]): Issue[] {
  return Object.entries(support).flatMap(([name, [low, high]]) => [
    ...issueIf(!states.includes(name), `support.${name}`, `is none of the states ${states.join(', ')}`),
    ...issueIf(!(low < high), `support.${name}`, 'must be an interval [low, high]'),
  ]);
}

function openLoopIssues({ filter, controls, form, input, requires }: Policy): Issue[] {
  return [
    ...issueIf(requires.includes(WEIGHTS_STATE), 'requires', `a policy of the form ${form} sees no weights`),
    ...issueIf(filter !== null, 'filter', `a policy of the form ${form} has none`),
    ...issueIf(input !== null, 'input', `a policy of the form ${form} looks at no loss`),
    ...Object.entries(controls).flatMap(([name, { table }]) =>
      issueIf(table !== null, `controls.${name}.table`, `a policy of the form ${form} has none`),
    ),
  ];
}

/**
 * The filter that finds a policy's states from losses; null where it has no states.
 * @throws E_INVALID for a policy whose states are the weights
 */
export function lossFilter({ filter, name }: Omit<Policy, 'tests'>): StateFilter | null {
  if (filter === null) return null;
  if (filter.kind !== 'weights') return createFilter(filter);
  throw new HjbLrError(
    'E_INVALID',
    `The policy "${name}" follows the weights ${filter.names.join(', ')}, not a loss.`,
    {
      remedy: 'Follow it by weightsRule(policy), which takes the weights before every update.',
      issues: [{ path: 'filter.kind', message: 'expected a filter of losses; got weights' }],
    },
  );
}

function issueIf(wrong: boolean, path: string, message: string): Issue[] {
  return wrong ? [{ path, message }] : [];
}

function requireFeatures({ requires }: Policy): void {
  const unknown = requires.filter((feature) => !KNOWN_FEATURES.includes(feature));
  if (unknown.length === 0) return;
  throw new HjbLrError('E_VERSION', `The policy requires what this release does not know: ${unknown.join(', ')}.`, {
    remedy: 'Update hjb-lr.',
    issues: unknown.map((feature) => ({ path: 'requires', message: `unknown feature "${feature}"` })),
    fields: { unknown },
  });
}

function requireHorizon({ time }: Policy, updates: number): void {
  if (time.stretch !== 'refuse' || updates === time.horizon) return;
  throw new HjbLrError('E_INVALID', `The policy is for ${time.horizon} updates; this run has ${updates}.`, {
    remedy:
      'Solve for this horizon, or set time.stretch to "scale" or "clamp" in the policy file and seal it again with `hjb-lr validate FILE --seal`.',
    issues: [{ path: 'time.horizon', message: `expected ${updates}, the length of the run; got ${time.horizon}` }],
    fields: { horizon: time.horizon, updates },
  });
}
