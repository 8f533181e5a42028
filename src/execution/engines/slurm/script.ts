/** What a user asks of the cluster; everything else is the cluster's default. */
export interface SlurmOptions {
  readonly partition?: string | undefined;
  /** As `sbatch --time` takes it. */
  readonly time?: string | undefined;
  /** Elements that run at the same time at most. */
  readonly throttle?: number | undefined;
}

export interface ArrayScript extends SlurmOptions {
  readonly name: string;
  /** Elements that are submitted, by number; arrays begin at 0, so that those of a later array have an offset. */
  readonly elements: readonly number[];
  readonly offset: number;
  readonly log: string;
  readonly command: readonly string[];
}

/** The script of an array job: `command` with the element's number at its end. Requeued where a node fails. */
export function arrayScript({ elements, offset, throttle, command, ...job }: ArrayScript): string {
  const own = ranges(elements.map((number) => number - offset));
  const array = `${own}${throttle === undefined ? '' : `%${throttle}`}`;
  const element = offset === 0 ? '"$SLURM_ARRAY_TASK_ID"' : `"$((SLURM_ARRAY_TASK_ID + ${offset}))"`;
  return script({ ...job, command: [...command, element], more: [`--array=${array}`] });
}

/** The script of a job that runs once. */
export function singleScript(job: Omit<ArrayScript, 'elements' | 'offset' | 'throttle'>): string {
  return script({ ...job, more: [] });
}

function script({
  name,
  partition,
  time,
  log,
  command,
  more,
}: Omit<ArrayScript, 'elements' | 'offset' | 'throttle'> & { readonly more: readonly string[] }): string {
  const options = [
    `--job-name=${name}`,
    ...more,
    '--ntasks=1',
    '--cpus-per-task=1',
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...(time === undefined ? [] : [`--time=${time}`]),
    '--requeue',
    '--open-mode=append',
    `--output=${log}`,
  ];
  return ['#!/bin/bash', ...options.map((option) => `#SBATCH ${option}`), `exec ${command.join(' ')}`, ''].join('\n');
}

/** A word of a command for bash. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** 0,1,2,5 as `0-2,5`. */
export function ranges(numbers: readonly number[]): string {
  const sorted = [...numbers].sort((a, b) => a - b);
  const parts: [number, number][] = [];
  for (const number of sorted) {
    const last = parts.at(-1);
    if (last !== undefined && number === last[1] + 1) last[1] = number;
    else parts.push([number, number]);
  }
  return parts.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(',');
}
