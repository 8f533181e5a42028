import { HjbLrError } from '../errors.js';
import { parseArtifact, readJson } from './files.js';
import { trainingAttackSchema, type TrainingAttackSpec } from './experiment/attacks.js';
import { issuesOf } from './shared/issues.js';

/** An update rule as a log names it. */
export interface OptimizerFact {
  readonly name: string;
  readonly [parameter: string]: unknown;
}

/**
 * An update rule as a command line gives it: `sgd`, or `sgd,momentum=0.9,nesterov=true`.
 * @throws E_USAGE for any other text
 */
export function parseOptimizer(text: string): OptimizerFact {
  const [name, ...parameters] = text.split(',').map((part) => part.trim());
  const pairs = parameters.map((part) => /^(\w+)=([^=]+)$/.exec(part));
  if (/^\w+$/.test(name) && pairs.every((pair) => pair !== null)) {
    return { name, ...Object.fromEntries(pairs.map((pair) => [pair![1], valueOf(pair![2])])) };
  }
  throw new HjbLrError('E_USAGE', `"${text}" is no update rule.`, {
    remedy: 'Write its name, and parameters behind commas: --optimizer sgd,momentum=0.9,weight_decay=5e-4.',
    fields: { optimizer: text },
  });
}

function valueOf(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  return Number.isNaN(Number(text)) ? text : Number(text);
}

/**
 * The attack of a training as a command line gives it: `none`, or a file that holds the attack, or an experiment with one.
 * @throws E_NOT_FOUND, E_NOT_JSON; E_INVALID with every issue
 */
export async function readAttack(given: string): Promise<TrainingAttackSpec | null> {
  if (given === 'none') return null;
  const value = await readJson(given);
  if ((value as { kind?: unknown } | null)?.kind === 'experiment') {
    const { workload } = parseArtifact('experiment', value, given);
    if (typeof workload !== 'string') return workload.attack;
  }
  const parsed = trainingAttackSchema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw new HjbLrError('E_INVALID', `${given} holds no attack of a training.`, {
    remedy: 'Write it as in an experiment, for example {"type": "pgd", "eps": 0.1, "steps": 5}, or give "none".',
    issues: issuesOf(parsed.error),
    fields: { file: given },
  });
}
