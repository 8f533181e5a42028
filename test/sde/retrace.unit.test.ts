import { expect, test } from '@jest/globals';
import { controlSgdModel, retraceControl } from '../../src/sde/index.js';
import { modelOf } from './models.js';

test('a control is retraced from its file: the same solution, and the first runs of each method', async () => {
  const model = await modelOf({ control: { domain: { theta: [-4, 4] }, nodes: 21, steps: 10 } });
  const { result, policy, answer, bands } = await controlSgdModel(model, { runs: 60, seed: 3 });
  const written = JSON.parse(JSON.stringify({ result, policy })) as { result: typeof result; policy: typeof policy };
  const retraced = await retraceControl(model, written.result, written.policy);
  expect(retraced.answer.solution.control).toEqual(answer.solution.control);
  expect(retraced.answer.solution.value).toEqual(answer.solution.value);
  expect(Object.keys(bands)).toEqual(['policy', 'constant', 'decay']);
  expect(retraced.bands).toEqual(bands);
});
