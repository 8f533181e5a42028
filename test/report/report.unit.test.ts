import { describe, expect, test } from '@jest/globals';
import type { MethodResult, Results } from '../../src/artifacts/results/results.js';
import { lossFigure, rateFigure } from '../../src/report/figures/curves.js';
import { logAxis, logTicks } from '../../src/report/figure.js';
import { objectiveName } from '../../src/report/objective.js';
import { methodTableHead, methodTableRows, methodTableText } from '../../src/report/method-table.js';
import { embeddedJson, escapeHtml } from '../../src/report/html.js';
import { warningSection } from '../../src/report/pages/study.js';

function method(
  id: string,
  family: MethodResult['family'],
  rate: number | null,
  losses: readonly number[],
): MethodResult {
  const runs = losses.map((loss, seed) => ({
    seed,
    log: `logs/${id}/seed-${seed}.jsonl`,
    status: 'completed' as const,
    dead: false,
    train_robust_loss: loss,
    test_robust_loss: loss,
    test_acc: 0.75,
    test_robust_acc: 0.5,
    run_grad_evals: 600,
    pilot_grad_evals: 0,
    series: { update: [0, 50], lr: [0.4, 0.2], loss: [loss + 1, loss] },
  }));
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  const summary = {
    train_robust_loss: { mean, standard_error: 0.01 },
    test_robust_loss: { mean, standard_error: 0.01 },
    test_acc: { mean: 0.75, standard_error: 0.005 },
    test_robust_acc: { mean: null, standard_error: null },
    cost_in_runs: 1,
    grad_evals: 600,
    dead: 0,
  };
  return { id, label: id, family, rate, runs, summary };
}

type Trace = { fillcolor: string; line: { color: string } };

const METHODS = [
  method('policy', 'policy', null, [1, 1.2]),
  method('fixed-0.1', 'fixed', 0.1, [1.5, 1.6]),
  method('fixed-0.4', 'fixed', 0.4, [1.2, 1.4]),
];
const RESULTS = {
  methods: METHODS,
  best_fixed: 'fixed-0.4',
  seeds: [],
  name: 'test',
  one_run_grad_evals: 600,
  experiment: { horizon: 100, objective: { metric: 'adversarial', split: 'train', form: 'terminal' } },
} as unknown as Results;

describe('method table', () => {
  test('by loss, percent for accuracies, the best fixed rate charged for the whole grid', () => {
    const rows = methodTableRows(RESULTS);
    expect(rows.map((row) => row[0])).toEqual([
      'policy (pilot included)',
      'fixed-0.4 (best; whole grid charged)',
      'fixed-0.1',
    ]);
    expect(rows[0].slice(1, 5)).toEqual(['1.1000 ± 0.0100', '1.1000 ± 0.0100', '75.0 ± 0.5', 'not finite']);
    // Two rates in the grid, 600 evaluations and one run each.
    expect(rows[1].slice(5, 7)).toEqual(['1,200', '2.00']);
  });

  test('shows the figure that decides, and ranks by it', () => {
    const decided_by = { figure: 'run_mean_loss', words: 'mean loss', note: null } as const;
    const methods = METHODS.map((method, i) => ({
      ...method,
      summary: { ...method.summary, run_mean_loss: { mean: 3 - i, standard_error: 0.1 } },
    }));
    const results = { ...RESULTS, methods, decided_by };
    expect(methodTableRows(results).map((row) => row[1])).toEqual([
      '1.0000 ± 0.1000',
      '2.0000 ± 0.1000',
      '3.0000 ± 0.1000',
    ]);
    expect(methodTableHead(results).slice(0, 3)).toEqual(['method', 'mean loss of run', 'adv. train loss']);
  });

  test('fits a terminal of 140 columns', () => {
    expect(
      Math.max(
        ...methodTableText(RESULTS)
          .split('\n')
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(140);
  });
});

describe('figures', () => {
  test('one line per seed for the policy, one for a method with one rate for all seeds', () => {
    const names = rateFigure(RESULTS).data.map((trace) => trace['name']);
    expect(names).toEqual(['fixed-0.1', 'fixed-0.4', 'policy', 'policy']); // the policy in front of the others
  });

  test('the band is the mean plus and minus one standard error', () => {
    // Losses 2 and 2.2 in the first block: mean 2.1, deviation sqrt(.02), standard error .1.
    const [band, line] = lossFigure(RESULTS).data.slice(-2) as [{ y: number[] }, { y: number[] }];
    expect(line.y[0]).toBeCloseTo(2.1, 12);
    expect(band.y[0]).toBeCloseTo(2.2, 12);
    expect(band.y[3]).toBeCloseTo(2, 12);
  });

  test('no method is hidden, none is called by its id when hovered over, and each band has the colour of its line', () => {
    const named = {
      ...RESULTS,
      methods: METHODS.map((each) => ({ ...each, label: `label of ${each.id}` })),
    } as Results;
    const traces = [rateFigure(named), lossFigure(named)].flatMap(({ data }) => data);
    expect(traces.filter(({ visible }) => visible !== undefined)).toEqual([]);
    expect(JSON.stringify(traces.map(({ hovertemplate }) => hovertemplate))).not.toMatch(/fixed-0|policy/);
    const bands = lossFigure(named).data.filter(({ fill }) => fill !== undefined) as Trace[];
    const lines = lossFigure(named).data.filter(({ name }) => name !== undefined) as Trace[];
    expect(bands.map(({ fillcolor }) => fillcolor)).toEqual(lines.map(({ line }) => `${line.color}26`));
    expect(new Set(lines.map(({ line }) => line.color)).size).toBe(lines.length);
  });
});

describe('captions and axes', () => {
  test('the objective is named by its form, metric and split', () => {
    const say = (objective: object): string =>
      objectiveName({ ...RESULTS, experiment: { horizon: 100, objective } } as Results);
    expect(say({ metric: 'adversarial', split: 'train', form: 'terminal' })).toBe('final adversarial training loss');
    expect(say({ metric: 'clean', split: 'train', form: 'integral' })).toBe('mean clean training loss over the run');
    expect(say({ metric: 'adversarial', split: 'validation', form: 'terminal' })).toBe(
      'final adversarial loss on validation data',
    );
  });

  test('the cut of the loss axis is told, with those that go beyond it', () => {
    const diverging = method('fixed-9', 'fixed', 9, [50, 60]);
    const { caption } = lossFigure({ ...RESULTS, methods: [...METHODS, diverging] });
    expect(caption).toMatch(/cut at 2\.\d+, .* fixed-9 go beyond it/);
  });

  test('every tick of a logarithmic axis carries its whole number', () => {
    expect(logTicks(0.03, 2)).toEqual([0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50]);
    expect(logTicks(1e-6, 1)).toEqual([1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1]);
    expect(logAxis('x', [0.5, 20])['ticktext']).toEqual([
      '0.1',
      '0.2',
      '0.5',
      '1',
      '2',
      '5',
      '10',
      '20',
      '50',
      '100',
      '200',
      '500',
    ]);
  });
});

describe('what users wrote cannot break the page', () => {
  test('text and embedded JSON', () => {
    expect(escapeHtml(`</script><img src="x" onerror='y'>&`)).toBe(
      '&lt;/script&gt;&lt;img src=&quot;x&quot; onerror=&#39;y&#39;&gt;&amp;',
    );
    expect(embeddedJson({ name: '</script>' })).toBe('{"name":"\\u003c/script>"}');
  });
});

describe('scores that are hard to believe', () => {
  const masking = (share: string) => ({ code: 'masking' as const, message: `Random search finds ${share} <more>.` });

  test('each sign once, with the number of runs and the first of them', () => {
    const [first, second] = METHODS.map((each) => structuredClone(each));
    first.runs[1] = { ...first.runs[1], warnings: [masking('3 %')] };
    second.runs[0] = { ...second.runs[0], warnings: [masking('5 %'), { code: 'zero_gradients', message: 'None.' }] };
    const [section] = warningSection({ ...RESULTS, methods: [first, second] });
    expect(section.items).toEqual([
      'masking in 2 runs. Random search finds 3 % <more>. (policy, seed 1)',
      'zero_gradients in 1 run. None. (fixed-0.1, seed 0)',
    ]);
  });

  test('nothing where there is none', () => {
    expect(warningSection(RESULTS)).toEqual([]);
  });
});
