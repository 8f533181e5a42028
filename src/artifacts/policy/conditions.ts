/** `property` of an object is such. */
const where = (property: string, is: object): object => ({
  type: 'object',
  properties: { [property]: is },
  required: [property],
});
const NULL = { type: 'null' };
const NOT_NULL = { not: NULL };
const each = (is: object): object => ({ additionalProperties: is });
const both = (condition: object, consequence: object): object[] => [
  { if: condition, then: consequence },
  { if: consequence, then: condition },
];

const requiring = (feature: string): object => where('requires', { contains: { const: feature } });
const OPEN_LOOP = where('form', { const: 'open_loop' });
const OF_WEIGHTS = where('filter', where('kind', { const: 'weights' }));

/**
 * What JSON Schema can say of several fields of a policy at once, for who validates by the published schema alone. `policyIssues`
 * says the same, with the reasons (rules C1 to C7 of docs/policy-format.md).
 */
export const POLICY_CONDITIONS: readonly object[] = [
  { properties: { controls: { description: 'Controls, the learning rate among them.', required: ['learning_rate'] } } },
  {
    if: OPEN_LOOP,
    then: { properties: { filter: NULL, input: NULL, controls: each({ properties: { table: NULL } }) } },
    else: {
      properties: {
        filter: NOT_NULL,
        controls: { not: each({ properties: { table: NULL } }) },
      },
    },
  },
  {
    if: OF_WEIGHTS,
    then: { properties: { input: NULL } },
    else: { if: OPEN_LOOP, else: { properties: { input: NOT_NULL } } },
  },
  ...both(requiring('weights_state'), OF_WEIGHTS),
  ...both(requiring('whole_method'), { required: ['whole_method'] }),
  {
    if: requiring('kept_perturbations'),
    then: where('attack', where('start', { const: 'kept' })),
  },
  {
    if: { allOf: [{ required: ['whole_method'] }, where('attack', where('start', { const: 'kept' }))] },
    then: requiring('kept_perturbations'),
  },
];
