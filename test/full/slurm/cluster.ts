import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** A Slurm of one node on this machine, without systemd and accounting, in a folder of its own. Needs root. */
export interface Cluster {
  readonly environment: NodeJS.ProcessEnv;
  command(name: string, ...args: string[]): string;
  startNode(): Promise<void>;
  /** Kills the daemon of the node; what it has started goes on. */
  killNode(): void;
  killController(): void;
  startController(): void;
  /** Waits until nothing is in the queue. */
  untilEmpty(seconds: number): Promise<void>;
  end(): Promise<void>;
}

/** Whether this machine has Slurm and munge, and this process may start them. */
export function hasSlurm(): boolean {
  const there = ['slurmctld', 'slurmd', 'sbatch', 'munged'].every(
    (name) => spawnSync('which', [name], { env: withSbin() }).status === 0,
  );
  return there && process.getuid?.() === 0;
}

export async function startCluster(folder: string, port: number): Promise<Cluster> {
  for (const name of ['state', 'spool']) mkdirSync(path.join(folder, name), { recursive: true });
  const config = path.join(folder, 'slurm.conf');
  writeFileSync(config, configuration(folder, port));
  const environment = { ...withSbin(), SLURM_CONF: config };
  await startMunge(folder);
  const command = (name: string, ...args: string[]): string =>
    execFileSync(name, args, { env: environment, encoding: 'utf8' });
  const kill = (daemon: string): void => {
    const file = path.join(folder, `${daemon}.pid`);
    if (existsSync(file)) process.kill(Number(readFileSync(file, 'utf8')), 'SIGKILL');
  };
  const cluster: Cluster = {
    environment,
    command,
    async startNode() {
      command('slurmd');
      const isUp = (): boolean => /^(idle|mix|alloc)\s*$/.test(command('sinfo', '-h', '-o', '%t'));
      for (let i = 0; i < 100 && !isUp(); i += 1) {
        await wait(500);
        // A node whose daemon was killed under a job may come back drained: whoever restarts it resumes it.
        spawnSync('scontrol', ['update', `NodeName=${os.hostname().split('.')[0]}`, 'State=RESUME'], {
          env: environment,
        });
      }
    },
    killNode: () => kill('slurmd'),
    killController: () => kill('slurmctld'),
    startController: () => void command('slurmctld'),
    async untilEmpty(seconds) {
      const end = Date.now() + 1000 * seconds;
      while (Date.now() < end) {
        const queue = spawnSync('squeue', ['-h'], { env: environment, encoding: 'utf8' });
        if (queue.status === 0 && queue.stdout.trim() === '') return;
        // Where a node failed at the launch of an element, Slurm holds what it requeues.
        const held = spawnSync('squeue', ['-h', '-t', 'PD', '-o', '%i|%r'], {
          env: environment,
          encoding: 'utf8',
        }).stdout;
        for (const line of held.split('\n').filter((one) => one.endsWith('held'))) {
          spawnSync('scontrol', ['release', line.split('|')[0]], { env: environment });
        }
        await wait(500);
      }
      throw new Error(`still in the queue after ${seconds} s:\n${command('squeue', '-o', '%i %T %r')}`);
    },
    async end() {
      for (const daemon of ['slurmd', 'slurmctld']) {
        try {
          kill(daemon);
        } catch {
          // It has ended by itself.
        }
      }
      await wait(200);
    },
  };
  command('slurmctld', '-c');
  await cluster.startNode();
  return cluster;
}

function withSbin(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` };
}

/** munge is one for the machine: it is started where nobody has started it yet. */
async function startMunge(folder: string): Promise<void> {
  const works = (): boolean => spawnSync('munge', ['-n'], { stdio: 'ignore' }).status === 0;
  if (works()) return;
  mkdirSync('/run/munge', { recursive: true });
  execFileSync('chown', ['munge', '/run/munge']);
  const log = openSync(path.join(folder, 'munge.log'), 'a');
  chmodSync(path.join(folder, 'munge.log'), 0o666);
  spawn('su', ['munge', '-s', '/bin/sh', '-c', 'exec munged --foreground'], {
    env: withSbin(),
    detached: true,
    stdio: ['ignore', log, log],
  }).unref();
  for (let i = 0; i < 50 && !works(); i += 1) await wait(200);
}

function configuration(folder: string, port: number): string {
  const host = os.hostname().split('.')[0];
  const settings = {
    ClusterName: 'test',
    SlurmctldHost: host,
    SlurmctldPort: port,
    SlurmdPort: port + 1,
    SlurmUser: 'root',
    AuthType: 'auth/munge',
    ProctrackType: 'proctrack/linuxproc',
    TaskPlugin: 'task/none',
    SelectType: 'select/cons_tres',
    SelectTypeParameters: 'CR_Core',
    SchedulerParameters: 'sched_interval=1,sched_min_interval=100000,bf_interval=2',
    JobCompType: 'jobcomp/filetxt',
    JobCompLoc: path.join(folder, 'jobcomp.txt'),
    AccountingStorageType: 'accounting_storage/none',
    StateSaveLocation: path.join(folder, 'state'),
    SlurmdSpoolDir: path.join(folder, 'spool'),
    SlurmctldPidFile: path.join(folder, 'slurmctld.pid'),
    SlurmdPidFile: path.join(folder, 'slurmd.pid'),
    SlurmctldLogFile: path.join(folder, 'slurmctld.log'),
    SlurmdLogFile: path.join(folder, 'slurmd.log'),
    SlurmdTimeout: 5,
    KillWait: 2,
    MinJobAge: 300,
    ReturnToService: 2,
    MaxArraySize: 1001,
  };
  return [
    ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
    `NodeName=${host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN`,
    `PartitionName=debug Nodes=${host} Default=YES MaxTime=INFINITE State=UP`,
    '',
  ].join('\n');
}
