import { mean } from 'simple-statistics';
import type { Judgement } from './judge.js';
import type { QuadraticResult } from './quadratics.js';

/** The stored study in words and tables. */
export function reportText(results: readonly QuadraticResult[]): string {
  const ids = [...new Set(results.map(({ id }) => id))];
  const of = (id: string) => results.filter((result) => result.id === id);
  return [
    '# Closures on exact quadratics',
    '',
    `Cases ${ids.join(', ')}, ${results.filter(({ id }) => id === ids[0]).length} seeds; expected final losses, means over seeds.`,
    '"sgd / WSD" is the paired mean of policy: sgd over WSD at its own peak, less one; "best" is the optimal sequence up to that peak.',
    '',
    table(
      ['case', 'peak', 'WSD', 'linear', 'policy: sgd', 'policy: hjb', 'best', 'sgd / WSD', 'sgd / best', 'left WSD'],
      ids.map((id) => {
        const some = of(id);
        const average = (pick: (result: QuadraticResult) => number): string => mean(some.map(pick)).toPrecision(3);
        const percent = (pick: (result: QuadraticResult) => number): string =>
          `${(100 * mean(some.map(pick))).toFixed(1)} %`;
        return [
          some[0].recorded ? id : `${id} (chosen here)`,
          average(({ peak }) => peak),
          average(({ wsd }) => wsd),
          average(({ linear }) => linear),
          average(({ policy_sgd }) => policy_sgd),
          average(({ policy_hjb }) => policy_hjb),
          average(({ best_at_peak }) => best_at_peak),
          percent(({ policy_sgd, wsd }) => policy_sgd / wsd - 1),
          percent(({ policy_sgd, best_at_peak }) => policy_sgd / best_at_peak - 1),
          `${some.filter(({ followed }) => followed !== 'wsd').length} of ${some.length}`,
        ];
      }),
    ),
    '',
    'Models against six whole runs of varied schedules that they were not fitted to: rank correlation / rms error of ln loss / of',
    'differences of ln loss / share inside the 95 % interval / its median half-width. "believed" is what the product states: all believed',
    'models together, the error on left-out runs added. "oracle" is the two-state closure fitted to five of the six.',
    '',
    table(
      ['case', 'slow_noise_memory, by the pilot', 'modes, by the pilot', 'believed', 'oracle'],
      ids.map((id) => [
        id,
        ...(['closure', 'modes', 'believed', 'oracle'] as const).map((name) =>
          judgements(of(id).map((result) => result[name])),
        ),
      ]),
    ),
    '',
    'Plans of the fitted two-state closure with one coefficient off by three, final loss over that of the plan as fitted, less one:',
    '',
    table(
      ['case', ...Object.keys(results[0].ablations).slice(1)],
      ids.map((id) => [
        id,
        ...Object.keys(results[0].ablations)
          .slice(1)
          .map((name) => {
            const ratios = of(id)
              .map(({ ablations }) => ablations[name] / ablations['as fitted'] - 1)
              .filter(Number.isFinite);
            return ratios.length === 0 ? 'none' : `${(100 * mean(ratios)).toFixed(0)} %`;
          }),
      ]),
    ),
    '',
  ].join('\n');
}

export function judgements(some: readonly (Judgement | null)[]): string {
  const there = some.filter((one) => one !== null);
  if (there.length === 0) return 'not run';
  const average = (pick: (one: Judgement) => number | null): string => {
    const values = there.map(pick).filter((value) => value !== null);
    return values.length === 0 ? 'none' : mean(values).toFixed(2);
  };
  return [
    average(({ rank_correlation }) => rank_correlation),
    average(({ error }) => error),
    average(({ difference_error }) => difference_error),
    average(({ coverage }) => coverage),
    average(({ half_width }) => half_width),
  ].join(' / ');
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
