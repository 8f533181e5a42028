import { HjbLrError } from '../../errors.js';
import { positiveNumber, text, toggle } from '../../execution/stage-options.js';
import { defineCommand } from '../command.js';
import type { Question } from '../init-questions.js';
import { commandLineOf } from '../shell.js';

const MODELS = ['linear', 'mlp', 'cnn'] as const;
const ATTACKS = ['linf', 'l2', 'none'] as const;

/** Asked on a terminal where the flag is not given; elsewhere the fallback holds. */
const QUESTIONS: readonly Question[] = [
  { name: 'data', text: 'Data: digits, fashion-mnist, or a CSV or NPZ file', fallback: 'digits' },
  { name: 'model', text: 'Model', fallback: 'mlp', choices: MODELS },
  { name: 'attack', text: 'Attack, or none for clean training', fallback: 'linf', choices: ATTACKS },
  { name: 'budget', text: 'Length of one training run, in updates, epochs or evaluations', fallback: '800 updates' },
];

const options = {
  data: text('<name>', 'digits, fashion-mnist, or a CSV or NPZ file'),
  label: text('<column>', 'column of the labels of a CSV file; the last one by default'),
  shape: text('<sides>', 'shape of the images in the rows of a file, such as 8x8 or 32x32x3'),
  model: { ...text('<name>', 'network'), choices: MODELS },
  attack: { ...text('<name>', 'attack of the training; none is clean training'), choices: ATTACKS },
  eps: positiveNumber('radius of the attack, in units of the scaled inputs'),
  budget: text('<length>', 'length of one training run: "800 updates", "20 epochs", "4800 evaluations"'),
  out: text('<file>', 'file to write; experiment.json by default'),
  overwrite: toggle('write over a file of that name'),
};

/** `hjb-lr init`. */
export const init = defineCommand({
  description: 'an experiment for your data: asks what is not given, and explains what it wrote -> experiment.json',
  input: {},
  options,
  examples: [
    'init',
    'init --data patients.csv --label outcome',
    'init --data digits.csv --shape 8x8 --model cnn \\\n    --attack linf --eps 0.1 --budget "20 epochs"',
  ],
  run: async ({ label, shape, eps, out = 'experiment.json', overwrite, ...given }) => {
    const { answered } = await import('../init-questions.js');
    const { initExperiment } = await import('../../benchmark/init-experiment.js');
    const { data, model, attack, budget } = await answered(QUESTIONS, given);
    const { file, notes, fields } = await initExperiment(
      {
        ...{ data, label, eps, budget, shape: shape === undefined ? undefined : sidesOf(shape) },
        model: model as (typeof MODELS)[number],
        attack: attack as (typeof ATTACKS)[number],
      },
      out,
      overwrite === true,
    );
    return {
      artifacts: [file],
      summary: [
        ...notes,
        ...fields.map(({ path, value, description }) => `${path}${shown(value)}\n  ${description}`),
        `wrote ${file}`,
      ],
      result: { file, notes: [...notes] },
      next: commandLineOf('run', file),
    };
  },
});

/** Values that fit a line; of an object its members follow. */
function shown(value: unknown): string {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return '';
  return `: ${JSON.stringify(value)}`;
}

function sidesOf(shape: string): number[] {
  const sides = shape.split(/[x,]/).map(Number);
  if ((sides.length === 2 || sides.length === 3) && sides.every((side) => Number.isInteger(side) && side > 0))
    return sides;
  throw new HjbLrError('E_USAGE', `"${shape}" is no shape.`, {
    remedy: 'Give height, width and channels: 8x8 or 32x32x3.',
  });
}
