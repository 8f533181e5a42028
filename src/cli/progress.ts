import type { MultiBar, SingleBar } from 'cli-progress';
import type { ProgressEvent } from '../execution/stage.js';
import { TimeLeft } from './time-left.js';

export interface ProgressReporter {
  report(event: ProgressEvent): void;
  /** Leaves the terminal ready for other output. */
  stop(): void;
}

/** Where progress is drawn. */
export interface ProgressStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Percents between two lines where there is no terminal. */
const PERCENT_PER_LINE = 10;

/** Columns from which a bar shows counts too. */
const WIDE = 90;

/** The longest name of a stage. */
const STAGE_WIDTH = 22;

/** One bar with an ETA for each stage on a terminal, a line for every 10 % elsewhere, nothing when quiet. */
export async function createProgress(stream: ProgressStream, { quiet }: { quiet: boolean }): Promise<ProgressReporter> {
  if (quiet) return { report: () => {}, stop: () => {} };
  return stream.isTTY === true && process.env.TERM !== 'dumb' ? barProgress(stream) : lineProgress(stream, Date.now);
}

async function barProgress(stream: ProgressStream): Promise<ProgressReporter> {
  const { default: cliProgress } = await import('cli-progress');
  const { columns = WIDE } = stream;
  const counts = columns < WIDE ? '' : '| {value} of {total} | ';
  const format = `{stage} {bar} {percentage} % ${counts}{eta_formatted} left {note}`;
  const options = { format, stream, barsize: columns < WIDE ? 10 : 24, etaBuffer: 50, autopadding: true };
  const bars: MultiBar = new cliProgress.MultiBar(options, cliProgress.Presets.rect);
  const byStage = new Map<string, SingleBar>();
  const reportOverall = overallBar(bars, columns);
  return {
    report: ({ stage, done, total, note = '', overall }) => {
      if (overall !== undefined) reportOverall(overall);
      const payload = { stage: stage.padEnd(STAGE_WIDTH), note };
      const bar = byStage.get(stage) ?? bars.create(total, 0, payload);
      byStage.set(stage, bar);
      bar.setTotal(total);
      bar.update(done, payload);
    },
    stop: () => bars.stop(),
  };
}

/** A bar for the whole command, above those of its stages once a stage knows how far it is. */
function overallBar(bars: MultiBar, columns: number): (overall: Overall) => void {
  const format = `{stage} {bar} {percentage} % ${columns < WIDE ? '' : '| '}{left}`;
  const timeLeft = new TimeLeft(Date.now);
  let bar: SingleBar | undefined;
  return ({ done, total }) => {
    const payload = { stage: 'in all'.padEnd(STAGE_WIDTH), left: timeLeftWords(timeLeft.after(done, total)) };
    bar ??= bars.create(total, 0, payload, { format });
    bar.setTotal(total);
    bar.update(done, payload);
  };
}

type Overall = NonNullable<ProgressEvent['overall']>;

/** @param now - clock in milliseconds */
export function lineProgress(stream: ProgressStream, now: () => number): ProgressReporter {
  const stages = new Map<string, { started: number; from: number; printed: number }>();
  const timeLeft = new TimeLeft(now);
  return {
    report: ({ stage, done, total, note, overall }) => {
      const inAll = overall === undefined ? '' : overallWords(overall, timeLeft.after(overall.done, overall.total));
      const seen = stages.get(stage) ?? { started: now(), from: done, printed: -1 };
      stages.set(stage, seen);
      const percent = total === 0 ? 100 : (100 * done) / total;
      const step = Math.floor(percent / PERCENT_PER_LINE);
      if (step <= seen.printed) return;
      seen.printed = step;
      const seconds = ((now() - seen.started) / 1000) * ((total - done) / (done - seen.from));
      stream.write(
        `${stage}: ${step * PERCENT_PER_LINE} % (${done} of ${total})${suffix(timeLeftWords(seconds))}${suffix(note)}${inAll}\n`,
      );
    },
    stop: () => {},
  };
}

function overallWords({ done, total }: Overall, seconds: number | null): string {
  return `; in all ${Math.floor((100 * done) / total)} %${suffix(timeLeftWords(seconds))}`;
}

/** Nothing where no time can be told yet, or none is left. */
function timeLeftWords(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds) || seconds <= 0) return '';
  return seconds < 90 ? `${Math.ceil(seconds)} s left` : `${Math.ceil(seconds / 60)} min left`;
}

function suffix(note: string | undefined): string {
  return note === undefined || note === '' ? '' : `, ${note}`;
}
