import type { Experiment } from '../../artifacts/experiment/experiment.js';
import type { Policy } from '../../artifacts/policy/policy.js';
import type { TaskContext } from '../../execution/manifest/run-task.js';
import { namedSchedule, openLoopForm, parseSchedule, type NamedSchedule } from '../../schedules/index.js';
import { methodFollowing, methodUnder, resolveMethod, type MethodInput } from '../../training/method.js';
import { wholeMethodTask } from '../../training/recommended/index.js';
import type { TaskOutline } from '../../training/training-task.js';
import type { MethodSource, Setting, TaskResults } from '../tasks.js';

/** What a run trains under, and what was spent to know it. */
export interface MethodOfRun {
  readonly outline: Pick<TaskOutline, 'method' | 'policy' | 'updates' | 'horizon'>;
  readonly setting: Setting['values'] | null;
  readonly spent: number;
}

/** Named in logs where a policy stands for a file. */
const POLICY_FILE = 'policy.json';

/** The method of a run from what its task needs. */
export function methodOfRun(experiment: Experiment, source: MethodSource, { needs }: TaskContext): MethodOfRun {
  const [need] = needs as unknown as readonly [unknown];
  const updates = experiment.horizon;
  const plain = (method: MethodInput, spent: number): MethodOfRun => ({
    outline: { method: resolveMethod(method), updates },
    setting: null,
    spent,
  });
  switch (source.from) {
    case 'setting':
      return { outline: { method: source.setting.method, updates }, setting: source.setting.values, spent: 0 };
    case 'select': {
      const { setting, spent } = need as TaskResults['select'];
      return { outline: { method: setting.method, updates }, setting: setting.values, spent };
    }
    case 'policy': {
      const { policy, hjb, spent } = need as TaskResults['solve'];
      const followed = source.guarded ? policy : hjb;
      const method = resolveMethod(methodFollowing(experiment, POLICY_FILE, followed.clip));
      return { outline: { method, policy: followed, updates }, setting: null, spent };
    }
    case 'open_loop': {
      const { hjb, spent } = need as TaskResults['solve'];
      return plain(
        { ...methodFollowing(experiment, POLICY_FILE, hjb.clip), schedule: openLoopOf(hjb, updates) },
        spent,
      );
    }
    case 'pilot_peak': {
      const { coefficients, spent } = need as TaskResults['estimate'];
      return plain(scheduleAtPeak(experiment, source.schedule, coefficients.rates.max), spent);
    }
    case 'reading': {
      const { reading, spent } = need as Extract<TaskResults['pilot'], { part: 'reading' }>;
      return plain(methodAtReading(experiment, source.schedule, reading.rate), spent);
    }
    case 'recommended': {
      const { policy, spent } = need as Extract<TaskResults['pilot'], { part: 'recommended' }>;
      return { outline: wholeMethodTask(policy, POLICY_FILE), setting: null, spent };
    }
  }
}

/** What the policy says over time alone, rate by rate. */
function openLoopOf(hjb: Policy, updates: number): MethodInput['schedule'] {
  const { controls } = openLoopForm(hjb, updates);
  return { name: 'piecewise', hold: 1, rates: [...controls['learning_rate']] };
}

/** @throws E_USAGE for a schedule that waits for a reading, or cannot be parsed */
export function scheduleAtPeak(experiment: Experiment, text: string, peak: number): MethodInput {
  const parsed = parseSchedule(text.replaceAll('{peak}', String(peak)));
  if ('named' in parsed || 'recommended' in parsed)
    return { schedule: { name: 'constant', rate: peak }, optimizer: {} };
  return methodUnder(experiment, parsed);
}

/** Schedule-Free is not averaged once more. */
export function methodAtReading(experiment: Experiment, name: NamedSchedule, reading: number): MethodInput {
  const { optimizer, averaging } = experiment;
  return methodUnder({ optimizer, averaging: name === 'h' ? averaging : null }, namedSchedule(name, { reading }));
}
