import { argument, choice, count, positiveNumber, required, text } from '../../execution/stage-options.js';
import { defineCommand } from '../command.js';

/** The names of `src/schedules/export`, which loads on demand. */
const TRAINERS = ['csv', 'torch', 'optax', 'keras', 'lightning', 'timm', 'robustness'] as const;

export const exportCommand = defineCommand({
  description: "a policy's values over time alone, for a trainer that shows it no loss",
  input: { file: argument('<file>', 'policy.json') },
  options: {
    to: required(choice(TRAINERS, 'the trainer that it is written for', { default: 'csv' })),
    out: text('<file>', 'file to write; standard output by default'),
    updates: count("length of the run in updates; the policy's own by default", { least: 1 }),
    updatesPerEpoch: positiveNumber('updates of one epoch, for robustness'),
  },
  examples: ['export policy.json --to torch', 'export policy.json --to csv --out rates.csv'],
  run: async ({ file, to, out, updates, updatesPerEpoch }) => {
    const { readArtifact, writeFileAtomic } = await import('../../artifacts/files.js');
    const { exportPolicy } = await import('../../schedules/index.js');
    const policy = await readArtifact('policy', file);
    const { text: written, leftOut } = exportPolicy(policy, to as (typeof TRAINERS)[number], {
      updates,
      updatesPerEpoch: updatesPerEpoch ?? null,
    });
    if (out !== undefined) await writeFileAtomic(out, written);
    const result = {
      to,
      policy_id: policy.policy_id,
      left_out: leftOut,
      ...(out === undefined ? { text: written } : {}),
    };
    if (out === undefined) {
      for (const sentence of leftOut) process.stderr.write(`${sentence}\n`);
      return { artifacts: [], summary: [written.trimEnd()], result };
    }
    return { artifacts: [out], summary: [`wrote ${out}`, ...leftOut], result };
  },
});
