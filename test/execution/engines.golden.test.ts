import { describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { indexedJobs } from '../../src/execution/engines/kubernetes.js';
import { completedJobs } from '../../src/execution/engines/slurm/cluster.js';
import { arrayScript, quoted, ranges } from '../../src/execution/engines/slurm/script.js';

describe('scripts of Slurm arrays', () => {
  test('an array whose numbers begin at 0 stands for elements from an offset on', () => {
    const command = ['hjb-lr', 'task', quoted("/a folder/it's"), '--element'];
    const job = {
      name: 'hjb-lr-a-0',
      partition: 'debug',
      time: '1:00:00',
      throttle: 20,
      log: '/out/depth-0-1000-%a.log',
    };
    expect(arrayScript({ ...job, elements: [1000, 1001, 1002, 1005], offset: 1000, command })).toBe(
      [
        '#!/bin/bash',
        '#SBATCH --job-name=hjb-lr-a-0',
        '#SBATCH --array=0-2,5%20',
        '#SBATCH --ntasks=1',
        '#SBATCH --cpus-per-task=1',
        '#SBATCH --partition=debug',
        '#SBATCH --time=1:00:00',
        '#SBATCH --requeue',
        '#SBATCH --open-mode=append',
        '#SBATCH --output=/out/depth-0-1000-%a.log',
        `exec hjb-lr task '/a folder/it'\\''s' --element "$((SLURM_ARRAY_TASK_ID + 1000))"`,
        '',
      ].join('\n'),
    );
    expect(ranges([3, 1, 2, 7])).toBe('1-3,7');
  });

  // Lines as Slurm 22.05 writes them, shortened.
  test('of a job that was requeued the last line of jobcomp/filetxt counts', () => {
    const line = (state: string, job: number, element: string): string =>
      `JobId=${job} UserId=root(0) Name=a JobState=${state} Partition=debug ArrayJobId=1 ArrayTaskId=${element} DerivedExitCode=0:0 ExitCode=${state === 'FAILED' ? '3:0' : '0:0'} `;
    const text = [line('REQUEUED', 21, '2'), line('FAILED', 1, '3'), line('COMPLETED', 21, '2'), ''].join('\n');
    expect(
      completedJobs(`${text}JobId=6 JobState=COMPLETED ArrayJobId=0 ArrayTaskId=4294967294 ExitCode=0:0\n`),
    ).toEqual([
      { id: '1_2', state: 'COMPLETED', reason: '0:0' },
      { id: '1_3', state: 'FAILED', reason: '3:0' },
      { id: '6', state: 'COMPLETED', reason: '0:0' },
    ]);
  });
});

test('Indexed Jobs of Kubernetes: one pod for each element, tried again for its own index, and one that collects', async () => {
  const options = { name: 'hjb-lr-a', image: 'images.example/hjb-lr:0.2', claim: 'studies', folder: 'a', elements: 50 };
  const [run, collect] = parseAllDocuments(await indexedJobs({ ...options, throttle: 20 })).map(
    (one) => one.toJS() as never,
  );
  expect(run).toEqual({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'hjb-lr-a', labels: { 'app.kubernetes.io/name': 'hjb-lr' } },
    spec: {
      completionMode: 'Indexed',
      completions: 50,
      parallelism: 20,
      backoffLimitPerIndex: 6,
      podFailurePolicy: {
        rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }],
      },
      template: {
        metadata: { labels: { 'app.kubernetes.io/name': 'hjb-lr' } },
        spec: {
          restartPolicy: 'Never',
          containers: [
            {
              name: 'hjb-lr',
              image: 'images.example/hjb-lr:0.2',
              command: [
                'hjb-lr',
                'task',
                '/study/a',
                '--quiet',
                '--elements',
                '50',
                '--element',
                '$(JOB_COMPLETION_INDEX)',
              ],
              volumeMounts: [{ name: 'study', mountPath: '/study' }],
            },
          ],
          volumes: [{ name: 'study', persistentVolumeClaim: { claimName: 'studies' } }],
        },
      },
    },
  });
  expect(collect).toMatchObject({ metadata: { name: 'hjb-lr-a-collect' }, spec: { backoffLimit: 100 } });
});
