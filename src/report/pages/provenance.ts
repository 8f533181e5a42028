import type { Results } from '../../artifacts/results/results.js';
import type { Section } from '../content.js';

type Fact = readonly [name: string, value: string];

/** What the page rests on, and how to get it again. Rows of the host differ from machine to machine. */
export function provenanceSection(results: Results): Section {
  return {
    id: 'provenance',
    title: 'Provenance',
    caption:
      'To reproduce: `hjb-lr run EXPERIMENT --out DIR` with the experiment below, on the same engine; then `hjb-lr report DIR`.',
    facts: [
      ...facts(results).map(([name, value]) => ({ name, value })),
      ...hostFacts(results).map(([name, value]) => ({ name, value, isHost: true })),
    ],
    source: { summary: 'the experiment, every default filled in', text: JSON.stringify(results.experiment, null, 1) },
  };
}

function facts(results: Results): Fact[] {
  const { engine, dataset, experiment, provenance } = results;
  const { engine: name, backend, version, kernel, threads } = engine;
  return [
    ['tool', `${provenance.tool} ${provenance.tool_version}`],
    ['engine', `${name}, back end ${backend} ${version}, kernel ${kernel}, ${threads} thread(s)`],
    ['experiment, SHA-256', results.experiment_sha256],
    ['data', `${dataset.name}, SHA-256 ${dataset.sha256}`],
    ['scored with', results.scoring ?? 'not recorded'],
    ['seeds', experiment.seeds.join(', ')],
    ['updates per run', String(experiment.horizon)],
    ['one run', `${results.one_run_grad_evals.toLocaleString('en-US')} gradient evaluations`],
    ...results.failed_seeds.map(({ seed, reason }): Fact => [`seed ${seed}`, `left out: ${reason}`]),
    ...results.seeds.map(seedFact),
  ];
}

function seedFact({
  seed,
  peak,
  followed,
  decision,
  solution,
  coefficients,
  artifacts,
}: Results['seeds'][number]): Fact {
  const solver =
    solution === null ? 'nothing solved' : `solver ${solution.status}, residual ${solution.residual.toPrecision(2)}`;
  const unfitted = coefficients.unfitted === undefined ? [] : [`not fitted: ${coefficients.unfitted}`];
  const files = Object.entries(artifacts).map(([file, hash]) => `${file} ${hash.slice(0, 12)}`);
  const decided = decision === undefined ? [] : [`policy: sgd follows ${decision.followed}`];
  const parts = [
    `peak rate ${peak.toPrecision(3)}`,
    ...decided,
    `policy: hjb follows ${followed}`,
    solver,
    ...unfitted,
    ...files,
  ];
  return [`seed ${seed}`, parts.join(', ')];
}

function hostFacts({ host }: Results): Fact[] {
  const named: readonly [string, string][] = [
    ['Node', 'node'],
    ['platform', 'platform'],
    ['commit', 'commit'],
    ['command line', 'command_line'],
  ];
  return named.flatMap(([name, key]): Fact[] => (typeof host?.[key] === 'string' ? [[name, host[key]]] : []));
}
