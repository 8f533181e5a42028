import type { Policy } from '../../artifacts/policy/policy.js';
import { HjbLrError, type Issue } from '../../errors.js';
import { createFilter, type StateFilter } from '../filters/index.js';

/** What a policy whose states are the weights requires of its reader. */
export const WEIGHTS_STATE = 'weights_state';

/** Names in `requires` that this reader knows. */
const KNOWN_FEATURES: readonly string[] = [WEIGHTS_STATE];

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
  const { guards, open_loop: openLoop, form } = policy;
  return [
    ...issueIf(guards.lr_min > guards.lr_max, 'guards.lr_min', 'must not exceed guards.lr_max'),
    ...issueIf(openLoop.rates.length !== openLoop.updates.length, 'open_loop.rates', 'must hold one rate per update'),
    ...issueIf(form === 'constant' && openLoop.rates.length !== 1, 'open_loop.rates', 'a constant policy has one rate'),
    ...(form === 'feedback_table' ? feedbackIssues(policy) : openLoopIssues(policy)),
  ];
}

/** A table over time and exactly the states of the filter, and a box for none but them. */
function feedbackIssues({ filter, table, guards, input, requires }: Policy): Issue[] {
  if (filter === null || table === null) {
    return [
      ...issueIf(filter === null, 'filter', 'a feedback policy has one'),
      ...issueIf(table === null, 'table', 'a feedback policy has one'),
    ];
  }
  const states = filter.kind === 'weights' ? filter.names : createFilter(filter).stateNames;
  const expected = ['time', ...states];
  const found = table.axes.map(({ name }) => name);
  const logOfZero = table.axes.flatMap(({ coordinate, grid }, i) =>
    issueIf(coordinate === 'log' && grid[0] <= 0, `table.axes.${i}.grid`, 'must be positive on a log axis'),
  );
  const seesWeights = filter.kind === 'weights';
  const boxes = Object.entries(guards.support).flatMap(([name, [low, high]]) => [
    ...issueIf(!states.includes(name), `guards.support.${name}`, `is none of the states ${states.join(', ')}`),
    ...issueIf(!(low < high), `guards.support.${name}`, 'must be an interval [low, high]'),
  ]);
  return [
    ...issueIf(
      found.join() !== expected.join(),
      'table.axes',
      `must be ${expected.join(', ')}; got ${found.join(', ')}`,
    ),
    ...logOfZero,
    ...boxes,
    ...issueIf(
      filter.kind !== 'weights' && !isCovariance(filter.initial.covariance),
      'filter.initial.covariance',
      'must be symmetric, not negative',
    ),
    ...issueIf(
      seesWeights !== requires.includes(WEIGHTS_STATE),
      'requires',
      `"${WEIGHTS_STATE}" belongs to policies whose states are the weights, and to them alone`,
    ),
    ...issueIf(seesWeights && input !== null, 'input', 'a policy that sees the weights looks at no loss'),
    ...issueIf(input !== null && input.transform !== 'identity', 'input.transform', 'a filter takes the loss itself'),
  ];
}

function openLoopIssues({ filter, table, form }: Policy): Issue[] {
  return [
    ...issueIf(filter !== null, 'filter', `a policy of the form ${form} has none`),
    ...issueIf(table !== null, 'table', `a policy of the form ${form} has none`),
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

/** Symmetric and positive semidefinite, for one or two states. */
function isCovariance(matrix: readonly (readonly number[])[]): boolean {
  if (matrix.length === 1) return matrix[0][0] >= 0;
  const [[a, b], [c, d]] = matrix;
  return b === c && a >= 0 && d >= 0 && a * d >= b * b;
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
