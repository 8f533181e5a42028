import { settingsUnder, undecided, type UpdateSettings } from '../controls/index.js';
import {
  clippedSchedule,
  NOTHING_OBSERVED,
  scheduleOfRun,
  type ClippedState,
  type ClipState,
  type MetricName,
  type Observation,
} from '../schedules/index.js';
import type { Attack } from '../attacks/array-attack.js';
import { attackInForce, requireObeyed, type AttackInForce } from './attack-in-force.js';
import type { ResolvedRun } from './training-run.js';

/** What is in force for an update, and how the log shows it. */
export interface Decided {
  readonly attack: Attack | null;
  readonly settings: UpdateSettings;
  readonly reason: string;
  /** Values of the controls that change along the run. */
  readonly columns: Readonly<Record<string, number>>;
}

/** What is remembered of the decisions so far. */
export interface DecisionState {
  /** Of the schedule and of its clip. */
  readonly schedule: ClippedState;
  /** What was measured last, for the decision of the next update. */
  readonly observation: Observation;
}

/** Every value that may change along a run, decided before each update through one schedule. */
export class Decisions {
  readonly #schedule: ReturnType<typeof clippedSchedule>;
  readonly #attack: AttackInForce;
  readonly #varying: readonly string[];
  #state: DecisionState;

  /** @throws E_INVALID where the method decides a control that has nothing to act on in this run */
  constructor({ header, workload, schedule, method }: ResolvedRun, resumed: DecisionState | null) {
    const { batch_size, updates, horizon } = header;
    this.#attack = attackInForce(workload.attack);
    requireObeyed(this.#attack, schedule.controls);
    const setting = { attack: this.#attack.described, batch_size, averaging: method.averaging, updates, horizon };
    const ofRun = scheduleOfRun(schedule, setting);
    this.#varying = ofRun.varying;
    this.#schedule = clippedSchedule(ofRun, method.clip);
    this.#state = resumed ?? { schedule: this.#schedule.init(), observation: NOTHING_OBSERVED };
  }

  get state(): DecisionState {
    return this.#state;
  }

  /** Whether a control changes along the run. */
  varies(control: string): boolean {
    return this.#varying.includes(control);
  }

  /** Whether the weights that are evaluated are an average whose weights are decided. */
  get averages(): boolean {
    return this.#schedule.controls.includes('averaging_weight');
  }

  get largestBatch(): number {
    return this.#schedule.largest!('batch_size')!;
  }

  /** The values of the coming update. */
  decide(): Decided {
    const { schedule, observation } = this.#state;
    const { state, controls, reason } = this.#schedule.decide(schedule, observation);
    this.#state = { schedule: state, observation };
    const settings = settingsUnder(undecided(this.#attack.base), controls);
    const columns = Object.fromEntries(this.#varying.map((name) => [name, controls[name]]));
    return { attack: this.#attack.under(settings.attack), settings, reason, columns };
  }

  /** What later decisions may see. */
  show(metric: MetricName, value: number, update: number): void {
    const metrics = { ...this.#state.observation.metrics, [metric]: { value, update } };
    this.#state = { ...this.#state, observation: { metrics } };
  }

  /** What the clip remembers. */
  get clipState(): ClipState {
    return this.#state.schedule.clip;
  }

  /** The clip goes back to what it remembered earlier. */
  restoreClip(clip: ClipState): void {
    this.#state = { ...this.#state, schedule: { ...this.#state.schedule, clip } };
  }

  /** The factor of the step whose gradient has this norm. */
  clip(gradientNorm: number): number {
    const { state, factor } = this.#schedule.clip(this.#state.schedule, gradientNorm);
    this.#state = { ...this.#state, schedule: state };
    return factor;
  }
}
