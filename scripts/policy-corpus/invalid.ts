/**
 * A policy that every reader refuses: an example without its tests and with these changes, sealed again unless the rule is of the seal;
 * or a text.
 */
export interface InvalidPolicy {
  /** The rule that it breaks, as docs/policy-format.md numbers it. */
  readonly rule: string;
  /** The file of schema/policy that is changed. */
  readonly of?: string;
  /** Values to set, by dotted path. */
  readonly set?: Readonly<Record<string, unknown>>;
  readonly remove?: readonly string[];
  /** Whether JSON Schema alone refuses it; otherwise only a reader's own rules do. */
  readonly judged_by: 'schema' | 'reader' | 'json';
  /** Whether the policy_id is left as it was. */
  readonly unsealed?: true;
  readonly text?: string;
}

const FEEDBACK = 'feedback.policy.json';
const LOSS_ALONE = 'loss-alone.policy.json';
const WHOLE = 'whole-method.policy.json';
const WEIGHTS = 'weights.policy.json';
const RATE = 'controls.learning_rate';
const TABLE = `${RATE}.table`;

const change =
  (judged_by: InvalidPolicy['judged_by'], of: string) =>
  (rule: string, set: Readonly<Record<string, unknown>>, remove: readonly string[] = []): InvalidPolicy => ({
    rule,
    of,
    set,
    ...(remove.length > 0 ? { remove } : {}),
    judged_by,
  });

const schema = change('schema', FEEDBACK);
const reader = change('reader', FEEDBACK);

/** One or more for every rule of docs/policy-format.md. */
export const INVALID_POLICIES: readonly InvalidPolicy[] = [
  { rule: 'J1', judged_by: 'json', text: '{ "kind": "policy", ' },
  { rule: 'J2', judged_by: 'json', text: '{ "kind": "policy", "time": NaN }' },
  { rule: 'J2', judged_by: 'json', text: '{ "kind": "policy", "time": Infinity }' },
  schema('S1', { kind: 'coefficients' }),
  schema('S1', {}, ['kind']),
  schema('S2', { schema_version: '2.0' }),
  schema('S2', { schema_version: 2 }),
  schema('S3', {}, ['controls']),
  schema('S3', {}, ['fallback.on']),
  schema('S3', {}, [`${RATE}.guards.max`]),
  schema('S3', {}, ['clip']),
  schema('S4', { output: { quantity: 'learning_rate' } }),
  schema('S4', { 'input.statistic': 'epoch_mean' }),
  schema('S4', { 'time.updates_per_epoch': 187.5 }),
  schema('S5', { 'time.horizon': '60' }),
  schema('S5', { 'time.horizon': true }),
  schema('S5', { name: 3 }),
  schema('S5', { requires: 'whole_method' }),
  schema('S5', { [`${TABLE}.values`]: ['0.1'] }),
  schema('S6', { 'time.horizon': 0 }),
  schema('S6', { 'time.horizon': 60.5 }),
  schema('S7', { 'time.stretch': 'stretch' }),
  schema('S7', { 'time.unit': 'epoch' }),
  schema('S8', { 'input.cadence_updates': 0 }),
  schema('S8', { 'input.max_age_updates': -1 }),
  schema('S8', { 'input.metric': 'accuracy' }),
  schema('S9', { form: 'constant' }),
  schema('S10', { [`${RATE}.guards.max_up_ratio_per_update`]: 0.9 }),
  schema('S10', { [`${RATE}.guards.max_down_ratio_per_update`]: 0 }),
  schema('S10', { [`${RATE}.guards.warmup_updates`]: -1 }),
  schema('S10', { [`${RATE}.guards.warmup_updates`]: 2.5 }),
  schema('S11', { 'fallback.on': ['stale'] }),
  schema('S11', { 'fallback.max_consecutive_missing': -1 }),
  schema('S12', { clip: { kind: 'ratchet', gain: 0 } }),
  schema('S12', { clip: { kind: 'ratchet', gain: 1.5 } }),
  schema('S12', { clip: { kind: 'norm', maximum: 0 } }),
  schema('S12', { clip: { kind: 'value', maximum: 1 } }),
  schema('S13', { 'filter.kind': 'kalman' }),
  schema('S13', {}, ['filter.parameters.memory_rate']),
  schema('S13', { 'filter.parameters.slow_rate': 0 }),
  schema('S13', { 'filter.parameters.observation_deviation': -0.1 }),
  schema('S13', { 'filter.parameters.temperature': 1 }),
  schema('S14', { 'filter.initial.mean': [0] }),
  schema('S14', { 'filter.initial.covariance': [[0.1, 0]] }),
  schema('S15', { 'support.slow': [0.2] }),
  schema('S15', { 'support.slow': [0.2, null] }),
  schema('S16', { [`${TABLE}.value_scale`]: 'log_lr' }),
  schema('S16', { [`${TABLE}.interpolation`]: 'cubic' }),
  schema('S16', { [`${TABLE}.axes`]: [] }),
  schema('S16', { [`${TABLE}.axes.1.coordinate`]: 'log10' }),
  schema('S17', { optimizer: { name: 'lion' } }),
  schema('S17', { optimizer: { name: 'sgd', momentum: 1 } }),
  schema('S17', { batch_size: 0 }),
  schema('S18', { tests: [{ observations: ['none'], controls: { learning_rate: [0.1] }, reasons: ['table'] }] }),
  schema('S18', { tests: [{ observations: [null], controls: { learning_rate: [0.1] } }] }),
  schema('C1', {}, [RATE]),
  change('schema', WHOLE)('C2', { [TABLE]: { axes: [{ name: 'time', grid: [0, 1] }], values: [1, 1], value_scale: 'identity', interpolation: 'linear' } }), // prettier-ignore
  change('schema', WHOLE)('C2', { input: { metric: 'train_loss', cadence_updates: 1, max_age_updates: 1 } }),
  change('schema', WHOLE)('C2', { filter: { kind: 'weights', names: ['theta'] } }),
  schema('C3', { filter: null }),
  change('schema', LOSS_ALONE)('C3', { [TABLE]: null }),
  schema('C4', { input: null }),
  change('schema', WEIGHTS)('C4', { input: { metric: 'train_loss', cadence_updates: 1, max_age_updates: 1 } }),
  change('schema', WEIGHTS)('C5', { requires: [] }),
  schema('C5', { requires: ['weights_state'] }),
  schema('C6', { requires: ['whole_method'] }),
  change('schema', WHOLE)('C6', { requires: ['kept_perturbations'] }),
  schema('C7', { requires: ['kept_perturbations'] }),
  change('schema', WHOLE)('C7', { requires: ['whole_method'] }),
  { ...reader('R1', { name: 'edited' }), unsealed: true },
  { ...reader('R1', { [`${RATE}.guards.max`]: 9 }), unsealed: true },
  reader('R1', { policy_id: 'b67ad34027c79b2c82c093025eccfdcb843e5fa6d00e57290464a4cf8d310b11' }),
  reader('R2', { schema_version: '3.0.0' }),
  reader('R2', { schema_version: '1.0.0' }),
  reader('R3', { requires: ['time_travel'] }),
  reader('R4', { [`${TABLE}.values`]: [0.1, 0.2] }),
  reader('R5', { [`${TABLE}.axes.0.grid`]: [0, 30, 30] }),
  reader('R5', { [`${RATE}.open_loop.updates`]: [0, 60, 40] }),
  reader('R6', { [`${RATE}.open_loop.values`]: [0.3] }),
  reader('R7', { 'controls.temperature': { unit: 'kelvin', table: null, open_loop: { updates: [0], values: [1] }, guards: { min: 1, max: 1, max_up_ratio_per_update: 1, max_down_ratio_per_update: 1, warmup_updates: 0 } } }), // prettier-ignore
  reader('R8', { [`${RATE}.unit`]: 'per second' }),
  reader('R9', { [`${RATE}.guards.min`]: 0 }),
  reader('R9', { 'controls.attack_steps.open_loop.values': [1, 3.5, 7] }),
  reader('R9', { [`${RATE}.open_loop.values`]: [0.3, -0.1, 0.1] }),
  reader('R10', { [`${RATE}.guards.min`]: 0.9 }),
  reader('R11', { 'controls.attack_steps.guards.warmup_updates': 4 }),
  reader('R12', { [`${TABLE}.axes.1.name`]: 'loss' }),
  reader('R12', { [`${TABLE}.axes.0.name`]: 'update' }),
  reader('R13', { [`${TABLE}.axes.1.grid`]: [0, 1, 4] }),
  reader('R14', { 'support.loss': [0, 1] }),
  reader('R15', { 'support.slow': [6, 0.2] }),
  reader('R16', { 'filter.initial.covariance': [[0.1, 0.02], [0.01, 0.1]] }), // prettier-ignore
  reader('R16', { 'filter.initial.covariance': [[0.1, 0.2], [0.2, 0.1]] }), // prettier-ignore
  reader('R17', { 'input.cadence_updates': 4 }),
];
