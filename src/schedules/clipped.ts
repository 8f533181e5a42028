import type { ClipSpec } from '../artifacts/experiment/experiment.js';
import { clipStep, type ClipState } from './clip.js';
import type { Json, Schedule } from './schedule.js';

/** What a clipped schedule remembers: the schedule's own state, and the memory of the clip. */
export type ClippedState = { readonly schedule: Json; readonly clip: ClipState };

/** A schedule whose steps are clipped as `clipStep` says; without a clip every factor is 1. */
export function clippedSchedule(
  schedule: Schedule,
  clip: ClipSpec | null,
): Required<Pick<Schedule<ClippedState>, 'clip' | 'skip'>> & Schedule<ClippedState> {
  return {
    ...schedule,
    init: () => ({ schedule: schedule.init(), clip: null }),
    decide(state, observation) {
      const decided = schedule.decide(state.schedule, observation);
      return { ...decided, state: { ...state, schedule: decided.state } };
    },
    clip(state, gradientNorm) {
      const clipped = clipStep(clip, state.clip, gradientNorm);
      return { factor: clipped.factor, state: { ...state, clip: clipped.state } };
    },
    skip: (state) => ({ ...state, schedule: schedule.skip?.(state.schedule) ?? state.schedule }),
  };
}
