import { optimizerSchema, type OptimizerSpec } from '../../src/artifacts/experiment/experiment.js';

/** What a user would try in place of `recommended`, with one setting of it. */
export interface Rival {
  readonly family: 'fixed rate' | 'tuned decay' | 'Schedule-Free' | 'Prodigy + cosine' | 'Adam';
  readonly schedule: string;
  /** null: the experiment's own. */
  readonly optimizer: OptimizerSpec | null;
}

const RATES = [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4] as const;
const PEAKS = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2] as const;
const SCHEDULE_FREE = [0.5, 1, 2, 4, 8] as const;
const ADAM = [0.001, 0.003, 0.01] as const;

const own = (family: Rival['family'], schedule: string): Rival => ({ family, schedule, optimizer: null });
const under = (family: Rival['family'], optimizer: object, schedule: string): Rival => ({
  family,
  schedule,
  optimizer: optimizerSchema.parse(optimizer),
});

/** 8 fixed rates, 18 decays, Schedule-Free at 5 rates, Prodigy with a cosine, Adam at 3 rates constant and with a cosine. */
export const RIVALS: readonly Rival[] = [
  ...RATES.map((rate) => own('fixed rate', `constant:${rate}`)),
  ...PEAKS.flatMap((peak) =>
    ['linear', 'cosine', 'wsd'].map((name) =>
      own('tuned decay', `${name}:peak=${peak},warmup=0.05${name === 'wsd' ? ',decay=0.3' : ''},clip=ratchet`),
    ),
  ),
  ...SCHEDULE_FREE.map((rate) => own('Schedule-Free', `schedule_free:rate=${rate},warmup=0.05`)),
  under('Prodigy + cosine', { name: 'prodigy' }, 'cosine:peak=1,warmup=0.05'),
  ...ADAM.flatMap((rate) =>
    [`constant:${rate}`, `cosine:peak=${rate},warmup=0.05`].map((schedule) =>
      under('Adam', { name: 'adam' }, schedule),
    ),
  ),
];
