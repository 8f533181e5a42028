import type { MultiBar, SingleBar } from 'cli-progress';
import type { ProgressEvent } from '../execution/stage.js';

export interface ProgressReporter {
  report(event: ProgressEvent): void;
  /** Leaves the terminal ready for other output. */
  stop(): void;
}

/** Where progress is drawn. */
export interface ProgressStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
}

/** Percents between two lines where there is no terminal. */
const PERCENT_PER_LINE = 10;

/** One bar with an ETA for each stage on a terminal, a line for every 10 % elsewhere, nothing when quiet. */
export async function createProgress(stream: ProgressStream, { quiet }: { quiet: boolean }): Promise<ProgressReporter> {
  if (quiet) return { report: () => {}, stop: () => {} };
  return stream.isTTY === true && process.env.TERM !== 'dumb' ? barProgress(stream) : lineProgress(stream, Date.now);
}

async function barProgress(stream: ProgressStream): Promise<ProgressReporter> {
  const { default: cliProgress } = await import('cli-progress');
  const format = '{stage} {bar} {percentage} % | {value} of {total} | {eta_formatted} left {note}';
  const options = { format, stream, barsize: 24, etaBuffer: 50, autopadding: true };
  const bars: MultiBar = new cliProgress.MultiBar(options, cliProgress.Presets.rect);
  const byStage = new Map<string, SingleBar>();
  return {
    report: ({ stage, done, total, note = '' }) => {
      const payload = { stage: stage.padEnd(20), note };
      const bar = byStage.get(stage) ?? bars.create(total, 0, payload);
      byStage.set(stage, bar);
      bar.setTotal(total);
      bar.update(done, payload);
    },
    stop: () => bars.stop(),
  };
}

/** @param now - clock in milliseconds */
export function lineProgress(stream: ProgressStream, now: () => number): ProgressReporter {
  const stages = new Map<string, { started: number; from: number; printed: number }>();
  return {
    report: ({ stage, done, total, note }) => {
      const seen = stages.get(stage) ?? { started: now(), from: done, printed: -1 };
      stages.set(stage, seen);
      const percent = total === 0 ? 100 : (100 * done) / total;
      const step = Math.floor(percent / PERCENT_PER_LINE);
      if (step <= seen.printed) return;
      seen.printed = step;
      const seconds = ((now() - seen.started) / 1000) * ((total - done) / (done - seen.from));
      stream.write(`${stage}: ${step * PERCENT_PER_LINE} % (${done} of ${total})${timeLeft(seconds)}${suffix(note)}\n`);
    },
    stop: () => {},
  };
}

/** Nothing where no time can be told yet, or none is left. */
function timeLeft(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds <= 0) return '';
  return seconds < 90 ? `, ${Math.ceil(seconds)} s left` : `, ${Math.ceil(seconds / 60)} min left`;
}

function suffix(note: string | undefined): string {
  return note === undefined || note === '' ? '' : `, ${note}`;
}
