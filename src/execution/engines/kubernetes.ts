/** What the cluster is told. */
export interface IndexedJobOptions {
  readonly name: string;
  readonly image: string;
  /** The volume claim on which the folder of the manifest lies, readable and writable by many nodes. */
  readonly claim: string;
  /** The folder on that volume. */
  readonly folder: string;
  readonly elements: number;
  readonly throttle?: number | undefined;
}

const MOUNT = '/study';

/**
 * An Indexed Job whose pods each run all tasks of one element, needs first, and a second one that collects: YAML for `kubectl apply`.
 * Elements need nothing of one another, so that no order between pods is asked for. A pod that fails is tried again for its own
 * index, six times; one whose node was drained or preempted, without being counted.
 */
export async function indexedJobs(options: IndexedJobOptions): Promise<string> {
  const { stringify } = await import('yaml');
  const { name, folder, elements, throttle } = options;
  const place = `${MOUNT}/${folder}`;
  const run = job(options, {
    name,
    command: [
      'hjb-lr',
      'task',
      place,
      '--quiet',
      '--elements',
      String(elements),
      '--element',
      '$(JOB_COMPLETION_INDEX)',
    ],
    more: {
      completionMode: 'Indexed',
      completions: elements,
      parallelism: Math.min(elements, throttle ?? elements),
      backoffLimitPerIndex: 6,
    },
  });
  const collect = job(options, {
    name: `${name}-collect`,
    command: ['hjb-lr', 'collect', place, '--quiet'],
    // Retried until the last element has ended.
    more: { backoffLimit: 100 },
  });
  return [run, collect].map((one) => stringify(one)).join('---\n');
}

function job(
  { image, claim }: IndexedJobOptions,
  { name, command, more }: { readonly name: string; readonly command: readonly string[]; readonly more: object },
): object {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, labels: { 'app.kubernetes.io/name': 'hjb-lr' } },
    spec: {
      ...more,
      podFailurePolicy: {
        rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }],
      },
      template: {
        metadata: { labels: { 'app.kubernetes.io/name': 'hjb-lr' } },
        spec: {
          restartPolicy: 'Never',
          containers: [{ name: 'hjb-lr', image, command, volumeMounts: [{ name: 'study', mountPath: MOUNT }] }],
          volumes: [{ name: 'study', persistentVolumeClaim: { claimName: claim } }],
        },
      },
    },
  };
}
