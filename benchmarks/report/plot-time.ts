import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser } from 'playwright-core';
import { median } from 'simple-statistics';
import { readArtifact } from '../../src/artifacts/files.js';
import { plotlySource } from '../../src/report/html.js';
import { studyPage } from '../../src/report/pages/study.js';
import { htmlReport } from '../../src/report/render.js';
import { studyRecord } from '../../src/report/run-record.js';
import { benchmarkFile } from '../file.js';
import { machineText, thisMachine } from '../machine.js';

const FOLDER = benchmarkFile('report/results');

/** Loads of each page, in turn. */
const LOADS = 9;

/** Milliseconds that a load may take on a machine with other work. */
const PATIENCE = 300_000;

/** Of one load, in milliseconds from the start of the navigation. */
interface Times {
  /** Until the last figure that a reader sees without scrolling is drawn; of the empty page, until its script has run. */
  readonly first: number;
  /** Until every figure is drawn, all of them at once. */
  readonly all: number;
}

/**
 * How long a report takes to draw, against an empty page with plotly inlined, loaded in turn.
 *   npm run benchmark:report -- RUN_FOLDER   the folder of a finished run, such as runs/quickstart
 */
async function benchmark(folder: string | undefined): Promise<void> {
  if (folder === undefined) throw new Error('Give the folder of a finished run.');
  const work = mkdtempSync(path.join(os.tmpdir(), 'hjb-lr-plot-time-'));
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic'],
  });
  try {
    const pages = await writePages(folder, work);
    const [report, empty]: Times[][] = [[], []];
    for (let load = 0; load < LOADS; load += 1) {
      report.push(await timesOf(browser, pages.report));
      empty.push(await timesOf(browser, pages.empty));
    }
    store({ report, empty, figures: pages.figures, run: path.basename(folder) });
  } finally {
    await browser.close();
    rmSync(work, { recursive: true, force: true });
  }
}

async function writePages(folder: string, work: string) {
  const results = await readArtifact('results', path.join(folder, 'results.json'));
  const page = studyPage(results, await studyRecord(results, folder));
  const plotly = await plotlySource();
  const [report, empty] = ['report', 'empty'].map((name) => path.join(work, `${name}.html`));
  writeFileSync(report, htmlReport([page], plotly));
  writeFileSync(empty, `<!doctype html><html lang="en"><meta charset="utf-8"><title>empty</title><body><script>${plotly}</script><script>performance.mark('figure drawn')</script></body></html>`); // prettier-ignore
  return { report, empty, figures: page.sections.filter((section) => 'data' in section).length };
}

async function timesOf(browser: Browser, file: string): Promise<Times> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(PATIENCE);
  await page.goto(pathToFileURL(file).href);
  await page.waitForTimeout(500);
  const times = await page.evaluate(async () => {
    const last = (): number =>
      Math.max(0, ...performance.getEntriesByName('figure drawn').map(({ startTime }) => startTime));
    const script = performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming;
    const first = Math.max(last(), script.domContentLoadedEventEnd);
    const before = performance.now();
    const drawing = (globalThis as { hjbLrReport?: { drawAll(): Promise<unknown> } }).hjbLrReport;
    if (drawing === undefined) return { first, all: first };
    await drawing.drawAll();
    return { first, all: first + performance.now() - before };
  });
  await page.close();
  return times;
}

function store(measured: { report: Times[]; empty: Times[]; figures: number; run: string }): void {
  const { report, empty, figures, run } = measured;
  const of = (times: readonly Times[], what: keyof Times): number => median(times.map((time) => time[what]));
  const base = of(empty, 'first');
  const rows = [
    ['empty page with plotly inlined', base, 1],
    ['report: what is seen without scrolling', of(report, 'first'), of(report, 'first') / base],
    [`report: all ${figures} figures at once`, of(report, 'all'), of(report, 'all') / base],
  ] as const;
  const machine = thisMachine();
  const table = rows.map(([what, time, ratio]) => `| ${what} | ${time.toFixed(0)} | ${ratio.toFixed(2)} |`).join('\n');
  const text = `# Time to draw a report\n\nStudy page of ${run}, 1440 x 900, headless Chromium; medians of ${LOADS} loads of each page in turn. Figures are drawn as they come near the view, so that a reader waits for the first row but one; paper and \`hjbLrReport.drawAll()\` draw all at once.\n\n| page | ms | against empty |\n| --- | ---: | ---: |\n${table}\n\n${machineText(machine)}; \`npm run benchmark:report -- RUN_FOLDER\`\n`; // prettier-ignore
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(path.join(FOLDER, 'plot-time.md'), text);
  writeFileSync(
    path.join(FOLDER, 'plot-time.results.json'),
    `${JSON.stringify({ machine, figures, report, empty }, null, 1)}\n`,
  );
  process.stdout.write(text);
}

await benchmark(process.argv[2]);
