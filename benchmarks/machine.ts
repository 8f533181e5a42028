import { availableParallelism, cpus } from 'node:os';

/** Where and when a stored figure was measured. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly date: string;
}

export function thisMachine(): Machine {
  return { cpu: cpus()[0].model, cores: availableParallelism(), node: process.version, date: new Date().toISOString() };
}

export function machineText({ cpu, cores, node, date }: Machine): string {
  return `${cpu}, ${cores} cores, Node ${node}, ${date}`;
}
