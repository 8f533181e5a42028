import type { Policy } from '../../artifacts/policy/policy.js';
import { gradientEvaluations, type TrainingLog } from '../../artifacts/training-log/training-log.js';
import { asJson } from '../../json.js';
import { attackWords } from '../attack-words.js';
import type { Lead, Page, Section } from '../content.js';
import { counted, type Figure } from '../figure.js';
import { beliefFigures } from '../figures/beliefs.js';
import { short } from '../figures/grid-points.js';
import { constantControls, lossColumn, trainingFigures, type NamedLog } from '../figures/training.js';
import { beliefOf } from '../run-record.js';
import { decisionOf } from './policy.js';

/**
 * One training run, or several in the same pictures.
 * @param policies - that the runs may have followed: their predictions and beliefs are drawn
 */
export function trainingPage(logs: readonly NamedLog[], policies: readonly Policy[] = []): Page {
  return {
    kind: 'training',
    title: logs.length === 1 ? logs[0].name : `${logs.length} training runs`,
    subject: logs.length === 1 ? 'training run' : 'training runs',
    lead: leadOf(logs, policies),
    sections: [...scoreSections(logs), ...trainingFigures(logs), ...beliefs(logs, policies), aboutSection(logs)],
    verdicts: asJson(logs.map(({ name, log }) => ({ run: name, status: statusOf(log), end: log.end, scores: log.evaluations.at(-1) ?? null }))), // prettier-ignore
  };
}

function policyOf({ header }: TrainingLog, policies: readonly Policy[]): Policy | undefined {
  return policies.find(({ policy_id: id }) => header.lr_schedule['policy_id'] === id);
}

/** What the filter of each run's policy believed. */
function beliefs(logs: readonly NamedLog[], policies: readonly Policy[]): Figure[] {
  return policies.flatMap((policy) => {
    const followers = logs.filter(({ log }) => policyOf(log, policies) === policy);
    const found = followers.flatMap(({ log }) => beliefOf(policy, log, log.header.seed ?? 0) ?? []);
    return beliefFigures(found, policy.filter === null || policy.filter.kind === 'weights' ? null : policy.filter.kind);
  });
}

function statusOf({ end }: TrainingLog): string {
  return end === null ? 'not at its end' : end.status;
}

const STATUS_WORDS: Readonly<Record<string, string>> = {
  completed: 'came to its end',
  diverged: 'diverged: its loss or weights are no longer finite',
  killed: 'was stopped early',
  'not at its end': 'is not at its end',
};

function leadOf(logs: readonly NamedLog[], policies: readonly Policy[]): Lead {
  const isGood = logs.every(({ log }) => statusOf(log) === 'completed');
  const [{ log }] = logs;
  const one = logs.length === 1;
  const statuses = [...new Set(logs.map(({ log: each }) => statusOf(each)))];
  const counts = statuses.map(
    (status) => `${logs.filter(({ log: each }) => statusOf(each) === status).length} ${STATUS_WORDS[status]}`,
  );
  return {
    verdict: one ? `The run ${STATUS_WORDS[statusOf(log)]} after ${counted(log.steps.length, 'update')}${lastWords(log)}.` : `Of ${logs.length} runs ${counts.join('; ')}.`, // prettier-ignore
    tone: isGood ? 'plain' : 'warning',
    facts: [
      { label: one ? 'It came to' : 'The lowest', text: bestWords(logs) },
      { label: 'How sure', text: sureWords(logs, policies) },
      { label: one ? 'It cost' : 'They cost', text: costWords(logs) },
    ],
    sentences: logs.flatMap(({ name, log: { evaluations } }) => (evaluations.at(-1)?.warnings ?? []).map(({ code, message }) => `${code} (${name}): ${message}`)), // prettier-ignore
  };
}

function lastWords({ end }: TrainingLog): string {
  return end?.reason === undefined ? '' : ` (${end.reason})`;
}

/** The last scores on fixed examples; else the mean of the last tenth of the minibatch losses. */
function finalLoss(log: TrainingLog): { words: string; value: number } {
  const scored = log.evaluations.at(-1);
  const column = log.header.attack === null ? 'train_loss' : 'train_robust_loss';
  if (scored !== undefined) return { words: `loss on fixed ${column === 'train_loss' ? 'clean' : 'attacked'} training examples`, value: Number(scored[column]) }; // prettier-ignore
  const last = log.steps.slice(-Math.max(1, Math.ceil(log.steps.length / 10)));
  const sum = last.reduce((total, step) => total + Number(step[lossColumn(log)] ?? NaN), 0);
  return { words: `mean of the last tenth of ${lossColumn(log)}`, value: sum / last.length };
}

function bestWords(logs: readonly NamedLog[]): string {
  const ends = logs
    .map(({ name, log }) => ({ name, log, ...finalLoss(log) }))
    .filter(({ value }) => Number.isFinite(value));
  if (ends.length === 0) return 'No run has a finite loss at its end.';
  const best = ends.reduce((a, b) => (b.value < a.value ? b : a));
  const scored = best.log.evaluations.at(-1);
  const accuracy = scored === undefined ? '' : `, test accuracy ${(100 * scored.test_acc).toFixed(1)} %, under attack ${(100 * scored.test_robust_acc).toFixed(1)} %`; // prettier-ignore
  return `${logs.length === 1 ? '' : `${best.name}: `}${short(best.value)} (${best.words})${accuracy}.`;
}

function sureWords(logs: readonly NamedLog[], policies: readonly Policy[]): string {
  const kinds = new Set(logs.map(({ log }) => finalLoss(log).words));
  const mixed = kinds.size > 1 ? ' Their losses are of different kinds, so that they do not compare.' : '';
  const predicted = logs.flatMap(({ log }) => {
    const policy = policyOf(log, policies);
    const foreseen = policy === undefined ? null : (decisionOf(policy)?.predicted ?? null);
    if (foreseen === null) return [];
    const { value } = finalLoss(log);
    const [low, high] = foreseen.interval;
    return [`${short(value)} where ${short(low)} to ${short(high)} (95 %) was predicted`];
  });
  const told = predicted.length === 0 ? '' : ` Prediction: ${predicted.join('; ')}.`;
  const few = logs.length === 1 ? 'One run says nothing of the spread between seeds.' : 'Runs of different seeds or settings are not a paired comparison: `hjb-lr run` makes one.'; // prettier-ignore
  return `${few}${mixed}${told}`;
}

function costWords(logs: readonly NamedLog[]): string {
  const counts = logs.map(({ log }) => gradientEvaluations(log));
  const total = counts.reduce((sum, count) => sum + count, 0);
  return `${total.toLocaleString('en-US')} gradient evaluations of minibatches${logs.length === 1 ? '' : ' together'}, attacks included.`;
}

function scoreSections(logs: readonly NamedLog[]): Section[] {
  const rows = logs.map(({ name, log }) => {
    const scored = log.evaluations.at(-1);
    const number = (value: unknown): number | null => (typeof value === 'number' ? short(value) : null);
    return [
      name,
      statusOf(log),
      log.steps.length,
      number(finalLoss(log).value),
      number(scored?.test_robust_loss),
      scored === undefined ? null : `${(100 * scored.test_acc).toFixed(1)} %`,
      scored === undefined ? null : `${(100 * scored.test_robust_acc).toFixed(1)} %`,
      gradientEvaluations(log).toLocaleString('en-US'),
    ];
  });
  const head = [
    'run',
    'status',
    'updates',
    'final loss',
    'attacked test loss',
    'test acc.',
    'robust acc.',
    'grad. evals',
  ];
  return [{ id: 'scores', title: logs.length === 1 ? 'Scores' : 'The runs', table: { head, rows } }];
}

function aboutSection(logs: readonly NamedLog[]): Section {
  const head = [
    'run',
    'schedule',
    'update rule',
    'batch size',
    'attack',
    'data',
    'engine',
    'seed',
    'controls at one value',
  ];
  const rows = logs
    .map((named) => [named.log.header, named] as const)
    .map(([header, named]) => [
      named.name,
      header.lr_schedule.name,
      header.optimizer.name,
      typeof header.batch_size === 'number' ? header.batch_size : 'changes',
      attackWords(header.attack),
      header.dataset?.name ?? null,
      header.engine,
      header.seed ?? null,
      constantControls(named) || null,
    ]);
  return { id: 'about', title: 'What ran', table: { head, rows } };
}
