import { describe, expect, test } from '@jest/globals';
import type { MethodResult, Results } from '../../src/artifacts/results/results.js';
import { studyLead } from '../../src/report/advice.js';
import { clientScript, compareKeys, csvOf, sortKey } from '../../src/report/client/index.js';
import { DARK_COLORS, flatRange } from '../../src/report/figure.js';
import { differingLevels } from '../../src/report/figures/heat-maps.js';
import { intervalFigure, profileFigure } from '../../src/report/figures/comparison.js';
import { problemFigures } from '../../src/report/figures/problem-maps.js';
import { intervalWords, stoppingFigure } from '../../src/report/figures/stopping-region.js';
import { figureSection, htmlPage, htmlTable } from '../../src/report/html.js';
import { markdownReport } from '../../src/report/markdown.js';
import { pairedDifference } from '../../src/report/paired.js';
import { panelLayouts } from '../../src/report/panels.js';
import { within } from '../helpers/within.js';

function method(id: string, family: MethodResult['family'], losses: readonly number[], runs: number): MethodResult {
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  const summary = { mean, standard_error: 0.01 };
  return {
    id,
    label: `the ${id}`,
    family,
    rate: family === 'fixed' ? 0.4 : null,
    runs: losses.map((loss, seed) => ({ seed, train_robust_loss: loss })),
    summary: { train_robust_loss: summary, test_robust_acc: { mean: 0.5, standard_error: 0 }, cost_in_runs: runs, grad_evals: 100 * runs, dead: 0 }, // prettier-ignore
  } as unknown as MethodResult;
}

/** Recommended lower by about a tenth on each of n seeds. */
function study(n: number, gain = 0.1): Results {
  const fixed = Array.from({ length: n }, (_, i) => 1 + 0.01 * i);
  return {
    methods: [
      method(
        'recommended',
        'recommended',
        fixed.map((loss, i) => loss * (1 - gain) + 0.002 * (i % 2)),
        1,
      ),
      method('policy', 'policy', fixed, 1.3),
      method('fixed', 'fixed', fixed, 1),
    ],
    best_fixed: 'fixed',
    experiment: { benchmark: { smallest_difference: 0.005 } },
    seeds: [{ seed: 0, policy_path: 'p.json', recommended: { policy_path: 'r.json', choices: [] } }],
    verdict: { won: false, sentences: ['a', 'b'] },
  } as unknown as Results;
}

describe('the first screen', () => {
  test('says what to use and its file, what it gains, how sure that is and what it costs', () => {
    const { verdict, tone, facts } = studyLead(study(6));
    expect(verdict).toMatch(
      /^Use the recommended: its final adversarial training loss is 9\.9 % lower than that of the best fixed rate 0\.4/,
    );
    expect(tone).toBe('good');
    expect(facts.map(({ label }) => label)).toEqual(['Use', 'It gains', 'How sure', 'It costs']);
    expect(facts[0].code).toContain('r.json');
    expect(facts[2].text).toMatch(/95 % interval .* over 6 seeds/);
    expect(facts[3].text).toContain('1.00 runs');
  });

  test('does not take few seeds for a verdict, and says where it loses', () => {
    expect(studyLead(study(3)).verdict).toMatch(/as far as 3 seeds can tell.*A verdict needs 5 seeds/);
    expect(studyLead(study(6, -0.1)).verdict).toMatch(/^Do not use the recommended here/);
    expect(studyLead(study(6, -0.1)).facts[1].label).toBe('It loses');
    expect(studyLead(study(6, 0.004)).verdict).toMatch(/^the recommended is not shown to differ/); // less than counts
    expect(studyLead(study(1)).facts[2].text).toContain('One seed has no interval');
  });

  test('the interval is that of the paired t statistic', () => {
    // differences -1, 0, 1 over a mean of 2: mean 0, s = 1 / 2, t_2(.975) = 4.302653: half-width 4.302653 / 2 / sqrt 3
    const [a, b] = [method('a', 'policy', [1, 2, 3], 1), method('b', 'fixed', [2, 2, 2], 1)];
    const { mean, interval } = pairedDifference(a, b, 'train_robust_loss')!;
    expect(mean).toBe(0);
    within(interval![1], 4.302653 / 2 / Math.sqrt(3), { rel: 1e-6, because: 'tabulated to seven digits' });
    expect(pairedDifference(a, method('c', 'fixed', [2, NaN, 2].map((x) => (x > 0 ? x : null)) as number[], 1), 'train_robust_loss')).toBeNull(); // prettier-ignore
  });
});

describe('comparisons', () => {
  test('a dot for each seed and method, and the profile counts seeds within a ratio', () => {
    const results = study(4);
    const [dots, means] = intervalFigure(results, results.methods[0]).data as { x: number[] }[];
    expect([dots.x.length, means.x.length]).toEqual([8, 2]);
    const { head, rows } = profileFigure(results).table;
    expect(head).toEqual(['method', 'within 1', 'within 1.01', 'within 1.05', 'within 1.1', 'within 1.5']);
    expect(rows[0]).toEqual(['the recommended', '100 %', '100 %', '100 %', '100 %', '100 %']);
    expect(rows[2].slice(0, 4)).toEqual(['the fixed', '0 %', '0 %', '0 %']);
  });
});

describe('constants and regions', () => {
  test('a constant is drawn as one: its axis does not end in its rounding', () => {
    expect(flatRange([1.59996, 1.599995])).toEqual([1.59996 - 0.1599995, 1.599995 + 0.1599995]);
    expect(flatRange([1, 1.1])).toBeNull();
    expect(flatRange([0, 0])).toEqual([-1, 1]);
    const axes = [{ name: 'w', grid: [1, 2, 3], coordinate: 'identity' as const }];
    const flat = {
      axes,
      controls: ['u'],
      times: [0],
      value: [[1, 2, 3]],
      control: [[1.6, 1.600001, 1.6]],
      isInfinite: true,
    };
    const [value, control] = problemFigures(flat);
    expect(value.title).toBe('Value at every time');
    expect(control.caption).toContain('the same everywhere here: 1.6');
    expect((control.layout['yaxis'] as { range: number[] }).range[0]).toBeLessThan(1.5);
  });

  test('the stopping region: intervals in words, a map of two colours', () => {
    const axis = { name: 'x', grid: [0, 1, 2, 3, 4], coordinate: 'identity' as const };
    expect(intervalWords(axis, (i) => i < 2 || i === 4)).toBe('0 to 1; 4');
    expect(intervalWords(axis, () => false)).toBe('nowhere');
    const solution = { axes: [axis], controls: [], times: [0, 1], value: [], control: [] };
    const figure = stoppingFigure(solution, (level, node) => node <= level);
    expect(figure.data[0]['z']).toEqual([[1, 1], [0, 1], [0, 0], [0, 0], [0, 0]]); // prettier-ignore
    expect(figure.table.rows).toEqual([[0, '0'], [1, '0 to 1']]); // prettier-ignore
  });

  test('maps are drawn at times where they differ', () => {
    const times = [0, 25, 50, 75, 90, 98, 100];
    const levels = times.map((t) => [t < 90 ? 1 : t === 90 ? 2 : 5]);
    expect(differingLevels({ times }, levels).map((level) => times[level])).toEqual(
      expect.arrayContaining([0, 90, 98]),
    );
  });

  test('panels stand side by side on wide pages, and below each other on narrow ones', () => {
    const panels = ['a', 'b', 'c'].map((title, i) => ({ title, x: {}, y: {}, colors: i === 0 ? {} : null }));
    const { layout, narrow } = panelLayouts(panels);
    const domains = (from: object, axis: string): number[][] => ['', '2', '3'].map((n) => (from as Record<string, { domain: number[] }>)[`${axis}${n}`].domain); // prettier-ignore
    const [first, second] = domains(layout, 'xaxis');
    expect(first[1]).toBeLessThan(second[0]);
    const [top, below] = domains(narrow, 'yaxis');
    expect(below[1]).toBeLessThan(top[0]);
  });
});

describe('pages', () => {
  const figure = {
    id: 'f',
    title: 'a <figure>',
    caption: 'words',
    data: [
      {
        type: 'scatter',
        name: '<a href="https://example.org">x</a>',
        x: [1, 2],
        y: [3, 'a, b'],
        line: { color: '#0072b2', dash: 'dash' },
      },
      { type: 'scatter', name: 'other', x: [1], y: [null], legendgroup: 'g', visible: false },
      { type: 'scatter', showlegend: false, x: [1], y: [5], legendgroup: 'g' },
    ],
    layout: { xaxis: { title: { text: 'time' } }, yaxis: { title: { text: 'loss' } } },
    table: { head: ['t', 'loss'], rows: [[1, 3]] },
  };

  test('a name is never a link, the legend is a list of buttons, and the numbers are there without JavaScript', () => {
    const section = figureSection(figure);
    expect(section).toContain('aria-pressed="true" data-traces="0"');
    expect(section).toContain('aria-pressed="false" data-traces="1,2"');
    expect(section).toMatch(/<noscript><p>.*<table>.*<\/table><\/div><\/noscript>/s);
    expect(section).not.toContain('<a href');
    const page = htmlPage({ title: 't', subject: 's', sections: [section], figures: [figure], plotly: '' });
    expect(page).not.toMatch(/<(a|script|link|img)[^>]+(href|src)="https?:/);
    expect(page).toMatch(/displayModeBar: ?false, ?plotlyServerURL: ?(''|"")/);
  });

  test('the data of a figure as CSV: a line for each point, cells with commas quoted', () => {
    expect(csvOf(figure as unknown as Parameters<typeof csvOf>[0]).split('\n')).toEqual([
      'series,time,loss',
      '"<a href=""https://example.org"">x</a>",1,3',
      '"<a href=""https://example.org"">x</a>",2,"a, b"',
      'other,1,',
      ',1,5',
    ]);
  });

  test('tables sort by their numbers, and tell numbers from words', () => {
    const cells = ['1,200', '−0.5 ± 0.1', '12 %', 'not finite', '3'];
    expect(cells.map(sortKey).sort(compareKeys)).toEqual([-0.5, 3, 12, 1200, 'not finite']);
    expect(
      htmlTable(
        ['a', 'b'],
        [
          ['x', 'word'],
          ['y', 'other'],
        ],
      ),
    ).toContain('class="word"');
    expect(htmlTable(['a', 'b'], [['x', 2]])).toMatch(/role="group" tabindex="0"/);
  });

  test('the script of a page is whole: every function that it calls is in it', () => {
    const script = clientScript(DARK_COLORS);
    expect(() => new Function(script)).not.toThrow();
    const called = [...script.matchAll(/\b([a-z]\w+)\(/g)].map(([, name]) => name);
    const known = new Set([...script.matchAll(/function (\w+)/g)].map(([, name]) => name));
    for (const name of ['startPage', 'drawFigure', 'figureFor', 'csvOf', 'bindTables']) {
      expect(called).toContain(name);
      expect(known).toContain(name);
    }
  });

  test('as Markdown what users wrote is text', () => {
    const text = markdownReport([
      {
        kind: 'study',
        title: '<b>*x*</b>',
        subject: 'study',
        lead: {
          verdict: 'Use it.',
          tone: 'good',
          facts: [{ label: 'Use', text: 'this', code: ['a.json'] }],
          sentences: ['s'],
        },
        sections: [figure, { id: 'm', title: 'M', table: { head: ['a', 'b'], rows: [['p|q', null]] } }],
        verdicts: null,
      },
    ]);
    expect(text).toContain('# \\<b\\>\\*x\\*\\</b\\>');
    expect(text).toContain('**Use it.**');
    expect(text).toContain('- **Use**: this `a.json`');
    expect(text).toContain('| p\\|q | – |');
  });
});
