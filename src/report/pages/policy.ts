import { decisionSchema, type Decision } from '../../artifacts/policy/decision.js';
import type { Policy } from '../../artifacts/policy/policy.js';
import { asJson } from '../../json.js';
import { attackWords } from '../attack-words.js';
import type { Fact, Lead, Page, Section } from '../content.js';
import { percent } from '../paired.js';
import { constantControls, policyFigures } from '../figures/policy.js';
import { short } from '../figures/grid-points.js';

/** What a policy does, how it was chosen, and where it means what it says. */
export function policyPage(policy: Policy, file: string): Page {
  const decision = decisionOf(policy);
  return {
    kind: 'policy',
    title: policy.name,
    subject: 'policy',
    lead: leadOf(policy, decision, file),
    sections: [
      ...policyFigures(policy),
      ...constantSection(policy),
      ...decisionSections(decision),
      ...choiceSections(policy),
      settingSection(policy),
      {
        id: 'provenance',
        title: 'Provenance',
        facts: [
          { name: 'policy_id', value: policy.policy_id },
          { name: 'tool', value: `${policy.provenance.tool} ${policy.provenance.tool_version}` },
          { name: 'test vectors', value: String(policy.tests.length) },
        ],
      },
    ],
    verdicts: asJson({
      policy_id: policy.policy_id,
      form: policy.form,
      decision,
      predicted: decision?.predicted ?? null,
    }),
  };
}

/** How a guarded policy was chosen, from its provenance; null for a policy of another origin. */
export function decisionOf({ provenance }: Policy): Decision | null {
  const parsed = decisionSchema.safeParse(provenance['decision']);
  return parsed.success ? parsed.data : null;
}

function leadOf(policy: Policy, decision: Decision | null, file: string): Lead {
  return {
    verdict: verdictOf(policy, decision),
    tone: 'plain',
    facts: [
      { label: 'Use', text: `For a run of ${policy.time.horizon} updates with the setting below:`, code: [`hjb-lr train EXPERIMENT --policy ${file} --out DIR`] }, // prettier-ignore
      gainFact(policy, decision),
      sureFact(decision),
      costFact(policy),
    ],
    sentences: decision === null ? [] : [decision.reason],
  };
}

function verdictOf(policy: Policy, decision: Decision | null): string {
  if (policy.whole_method !== undefined)
    return `The whole method ${policy.whole_method.name}: it brings its own attack, update rule and length.`;
  if (decision !== null && !decision.deviated) return 'This policy is a plain WSD decay at the peak of the pilot: nothing better was shown.'; // prettier-ignore
  if (decision !== null)
    return `This policy follows ${decision.followed}, which beats WSD at the peak in ${percent(decision.share ?? 0)} of the draws.`;
  const form = policy.form === 'open_loop' ? 'over time alone' : 'from the losses that it sees';
  return `This policy decides ${Object.keys(policy.controls)
    .map((name) => name.replaceAll('_', ' '))
    .join(', ')} ${form}.`;
}

function gainFact({ objective }: Policy, decision: Decision | null): Fact {
  const label = 'It promises';
  if (decision === null) return { label, text: `The ${objective.form === 'terminal' ? 'final' : 'mean'} ${objective.metric} loss is what it minimises; no gain is stated.` }; // prettier-ignore
  const predicted = decision.predicted ?? null;
  const loss = predicted === null ? 'No loss is predicted.' : `A final loss of ${short(predicted.median)}, 95 % interval ${short(predicted.interval[0])} to ${short(predicted.interval[1])}.`; // prettier-ignore
  const gain =
    !decision.deviated || decision.gain === null
      ? ''
      : ` By the model ${percent(decision.gain)} less than WSD at the peak.`;
  return { label, text: `${loss}${gain}` };
}

function sureFact(decision: Decision | null): Fact {
  const label = 'How sure';
  if (decision === null)
    return { label, text: 'The file states no comparison. A study in real training (`hjb-lr run`) would.' };
  const { draws, share, interval } = decision;
  if (draws === 0 || share === null || interval === null)
    return { label, text: 'No schedules were compared under draws of a model.' };
  return { label, text: `By ${draws} draws of the model's parameters: better in ${percent(share)} of them, gain ${percent(interval[0])} to ${percent(interval[1])} (90 %). Real training decides.` }; // prettier-ignore
}

function costFact({ provenance, input }: Policy): Fact {
  const spent = ['pilot_grad_evals', 'tuning_cost'].flatMap((name) => {
    const value = provenance[name];
    const count = typeof value === 'number' ? value : (value as { grad_evals?: number } | undefined)?.grad_evals;
    return count === undefined ? [] : [`${count.toLocaleString('en-US')} gradient evaluations were spent to make it`];
  });
  const look =
    input === null ? 'it looks at no loss' : `it looks at ${input.metric} every ${input.cadence_updates} updates`;
  return { label: 'It costs', text: `${[...spent, look].join('; ')}.`.replace(/^./, (first) => first.toUpperCase()) };
}

/** What never changes needs no picture. */
function constantSection(policy: Policy): Section[] {
  const rows = constantControls(policy).map(({ name, value, unit }) => [name, short(value), unit]);
  return rows.length === 0 ? [] : [{ id: 'constant', title: 'Controls that stay as they are', table: { head: ['control', 'value', 'unit'], rows } }]; // prettier-ignore
}

function decisionSections(decision: Decision | null): Section[] {
  if (decision === null || decision.candidates.length === 0) return [];
  return [
    {
      id: 'candidates',
      title: 'What was compared',
      caption: `Gains of each schedule over ${decision.null} at the peak, in the logarithm of the final loss, over ${decision.draws} draws of the model's parameters.`,
      table: {
        head: ['schedule', 'mean gain', 'better in', 'by the policy'],
        rows: decision.candidates.map(({ name, gain, share }) => [name, percent(gain), percent(share), name === decision.followed ? 'followed' : '']), // prettier-ignore
        chosen: [decision.followed],
      },
    },
  ];
}

function choiceSections({ whole_method: method }: Policy): Section[] {
  if (method === undefined) return [];
  const rows = method.choices.map(({ choice, value, reason, evidence }) => [choice, value, reason, evidence]);
  return [
    {
      id: 'choices',
      title: 'How each part was chosen',
      table: { head: ['choice', 'value', 'reason', 'evidence'], rows },
    },
  ];
}

/** Where the policy means what it says. */
function settingSection({ optimizer, batch_size, attack, objective, loss, time, clip, fallback }: Policy): Section {
  const json = (value: unknown): string => JSON.stringify(value);
  return {
    id: 'setting',
    title: 'The setting that it is for',
    facts: [
      { name: 'updates', value: `${time.horizon}; a run of another length: ${time.stretch}` },
      { name: 'update rule', value: json(optimizer) },
      { name: 'batch size', value: json(batch_size) },
      { name: 'attack', value: attackWords(attack) },
      { name: 'loss', value: json(loss ?? 'cross_entropy') },
      { name: 'objective', value: json(objective) },
      { name: 'gradient clip', value: clip === null ? 'none' : json(clip) },
      { name: 'falls back on', value: fallback.on.join(', ') || 'nothing' },
    ],
  };
}
