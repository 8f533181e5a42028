import { argument, count, required } from '../../execution/stage-options.js';
import { EXIT_CODES } from '../../errors.js';
import { defineCommand } from '../command.js';

/** What array elements and pods run; a user needs it only to run an element by hand. */
export const task = defineCommand({
  description: 'run the tasks of one element of a manifest: what array jobs and pods call',
  input: { folder: argument('<folder>', 'folder of the manifest, as `hjb-lr benchmark` wrote it') },
  options: {
    elements: required(count('number of elements that the tasks are dealt to', { least: 1 })),
    element: required(count('number of this element, from 0')),
    depth: count('tasks of that depth alone; by default all, needs first'),
  },
  examples: ['task runs/study/manifest --elements 8 --element 0'],
  run: async ({ folder, elements, element, depth }, { onProgress }) => {
    const { runElement } = await import('../../execution/engines/run-element.js');
    const { runStudyTask } = await import('../../study/run/task.js');
    const broken = await runElement(folder, {
      elements,
      element,
      depth,
      run: (place, index) => runStudyTask(place, index, () => {}),
      onProgress: (done, total) => onProgress({ stage: `element ${element}`, done, total }),
    });
    return {
      artifacts: [],
      summary: broken.map(({ task: { label }, error }) => `${label}: ${error.message}`),
      result: { broken: broken.map(({ task: { id, label }, error: { message } }) => ({ id, label, message })) },
      exitCode: broken.length === 0 ? EXIT_CODES.ok : EXIT_CODES.invalid_input,
    };
  },
});
