import { mean } from 'simple-statistics';
import { judgements, table } from './report.js';
import type { NetworkResult } from './network-study.js';

const SHOWN = [
  'wsd',
  'policy_sgd',
  'policy_hjb',
  'hjb_open_loop',
  'receding',
  'linear',
  'wsd_50',
  'step_10',
  'constant',
  'constant_third',
] as const;

/** The stored study of networks in words and tables. */
export function networksText(results: readonly NetworkResult[]): string {
  const ids = [...new Set(results.map(({ id }) => id))];
  const of = (id: string) => results.filter((result) => result.id === id);
  const whole = results.flatMap(({ believed }) => (believed === null ? [] : [believed]));
  const runs = 6 * whole.length;
  const coverage = mean(whole.map((one) => one.coverage ?? NaN));
  return [
    '# Closures on networks',
    '',
    `${ids.map((id) => `${id}: ${of(id).length} seeds`).join('; ')}. Losses are on fixed training examples under the training attack.`,
    '',
    `The product's 95 % intervals of the final loss, stated before the run, hold ${(100 * coverage).toFixed(0)} % of ${runs} whole runs`,
    'of six varied schedules, none of which the fit has seen.',
    '',
    "Paired mean of the final loss over that of WSD at the pilot's peak, less one, with its standard error; seeds in brackets.",
    '',
    table(
      ['workload', 'WSD, loss', ...SHOWN.slice(1)],
      ids.map((id) => [
        id,
        mean(of(id).map(({ losses }) => losses['wsd'])).toFixed(4),
        ...SHOWN.slice(1).map((name) => pairedCell(of(id), name)),
      ]),
    ),
    '',
    'policy: sgd left WSD for ' +
      ids
        .map((id) => `${of(id).filter(({ followed }) => followed !== 'wsd').length} of ${of(id).length} seeds (${id})`)
        .join(', ') +
      '.',
    '',
    'Models against the six whole runs: rank correlation / rms error of ln loss / of differences of ln loss / share inside the 95 %',
    'interval / its median half-width, means over seeds. "believed" is what the product states; "oracle" is the two-state closure fitted',
    'to five of the six.',
    '',
    table(
      ['workload', 'slow_noise_memory, by the pilot', 'modes, by the pilot', 'believed', 'oracle'],
      ids.map((id) => [
        id,
        ...(['closure', 'modes', 'believed', 'oracle'] as const).map((name) =>
          judgements(of(id).map((result) => result[name])),
        ),
      ]),
    ),
    '',
    "Plans of the fitted two-state closure without diffusion, final loss over WSD's, less one: as fitted, and with one coefficient off by three.",
    '',
    ablationTable(results.filter(({ ablations }) => Object.keys(ablations).length > 0)),
    '',
  ].join('\n');
}

function ablationTable(deep: readonly NetworkResult[]): string {
  const names = Object.keys(deep[0]?.ablations ?? {});
  return table(
    ['workload, seed', ...names],
    deep.map(({ id, seed, ablations, losses }) => [
      `${id} ${seed}`,
      ...names.map((name) => percent(ablations[name] / losses['wsd'] - 1)),
    ]),
  );
}

function pairedCell(some: readonly NetworkResult[], name: string): string {
  const ratios = some.flatMap(({ losses }) => (losses[name] === undefined ? [] : [losses[name] / losses['wsd'] - 1]));
  if (ratios.length === 0) return 'not run';
  const middle = mean(ratios);
  const spread = Math.sqrt(
    ratios.reduce((sum, ratio) => sum + (ratio - middle) ** 2, 0) / Math.max(1, ratios.length - 1),
  );
  const error = ratios.length < 2 ? '' : ` ± ${((100 * spread) / Math.sqrt(ratios.length)).toFixed(2)}`;
  return `${percent(middle)}${error} (${ratios.length})`;
}

function percent(share: number): string {
  return Number.isFinite(share) ? `${(100 * share).toFixed(2)} %` : 'none';
}
