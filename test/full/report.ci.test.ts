import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { PACKAGE_ROOT } from '../../src/version.js';
import { runCommand } from '../helpers/cli.js';

const BROWSER = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
/** A folder for screenshots to look at; none are taken without it. */
const SCREENSHOTS = process.env['SCREENSHOTS'];
const TINY = path.join(PACKAGE_ROOT, 'test', 'fixtures', 'tiny.json');

/** An American put: optimal stopping, with a density and a simulation. */
const STOPPING = {
  kind: 'control_problem',
  schema_version: '1.0.0',
  name: 'stopping <b>',
  objective: 'maximize',
  horizon: 1,
  discount: 0.05,
  states: [{ name: 'x', domain: [0.2, 3], nodes: 41, boundary: [{ dirichlet: 0.8 }, { dirichlet: 0 }] }],
  controls: [],
  drift: ['0.05*x'],
  covariance: [['(0.3*x)^2']],
  terminal_cost: 'max(1 - x, 0)',
  obstacle: 'max(1 - x, 0)',
  time: { steps: 50 },
  start: { x: 1 },
  query: [{ x: 1 }],
};

/** Two states over an infinite horizon. */
const TWO_STATES = {
  kind: 'control_problem',
  schema_version: '1.0.0',
  name: 'two states',
  horizon: 'infinite',
  discount: 1,
  states: ['x', 'y'].map((name) => ({ name, domain: [-1, 1], nodes: 15, boundary: ['reflecting', 'reflecting'] })),
  controls: [{ name: 'u', bounds: [-1, 1] }],
  drift: ['u', '-y'],
  covariance: [
    [0.1, 0],
    [0, 0.1],
  ],
  running_cost: 'x^2 + y^2 + u^2',
  query: [{ x: 0.5, y: 0 }],
};

const MODEL = {
  kind: 'sgd_model',
  schema_version: '1.0.0',
  name: 'two weights',
  weights: ['a', 'b'],
  inputs: ['x'],
  label: null,
  loss: '(a - x)^2/2 + (b*x - 1)^2/2',
  data: { points: [[1], [0.5]] },
  eta: 0.1,
  horizon: 2,
  batch_size: 1,
  start: { a: 0, b: 0 },
  at: [{ a: 1, b: 0.5 }],
  observables: [],
};

/** Pages that `npm run notebooks` has written, as .ci/run does before these tests. */
const NOTEBOOK_FOLDER = path.join(PACKAGE_ROOT, 'runs', 'notebooks');
const NOTEBOOKS = existsSync(NOTEBOOK_FOLDER)
  ? readdirSync(NOTEBOOK_FOLDER).filter((name) => name.endsWith('.html'))
  : [];

let folder = '';
let browser: Browser;
const pages: Record<string, string> = {};

beforeAll(async () => {
  if (!existsSync(BROWSER))
    throw new Error(`No Chromium at ${BROWSER}: install the package chromium, or set CHROMIUM.`);
  folder = await mkdtemp(path.join(os.tmpdir(), 'hjb-lr-report-'));
  const at = (...parts: string[]): string => path.join(folder, ...parts);
  const command = async (...args: string[]): Promise<void> => {
    const { code, stderr } = await runCommand(args);
    if (code !== 0) throw new Error(stderr);
  };
  await Promise.all([
    writeFile(at('stopping.json'), JSON.stringify(STOPPING)),
    writeFile(at('two.json'), JSON.stringify(TWO_STATES)),
    writeFile(at('model.json'), JSON.stringify(MODEL)),
  ]);
  await command('run', TINY, '--out', at('study'));
  await command('solve', at('stopping.json'), '--density', '--simulate', '200', '--out', at('stopping'));
  await command('solve', at('two.json'), '--out', at('two'));
  await command('sde', at('model.json'), '--out', at('sde'));
  const others = [at('study', 'seeds', '1', 'policy-hjb.json'), at('study', 'logs', 'policy-hjb', 'seed-1.jsonl'), at('study', 'seeds', '1', 'solution.json'), at('stopping'), at('two'), at('sde')]; // prettier-ignore
  await command('report', ...others, '--out', at('others'));
  for (const name of NOTEBOOKS) pages[name] = path.join(NOTEBOOK_FOLDER, name);
  pages['study'] = at('study', 'report.html');
  pages['every other kind'] = at('others', 'report.html');
  browser = await chromium.launch({
    executablePath: BROWSER,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic'],
  });
}, 400_000);

afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

/** What the page's script gives to tests and to who prints. */
declare const hjbLrReport: { drawAll(): Promise<unknown> };

interface Opened {
  readonly page: Page;
  readonly errors: string[];
  readonly requests: string[];
}

async function opened(name: string, options: BrowserContextOptions): Promise<Opened> {
  const page = await browser.newPage(options);
  const [errors, requests]: string[][] = [[], []];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(pathToFileURL(pages[name]).href);
  if (options.javaScriptEnabled !== false) await page.evaluate(() => hjbLrReport.drawAll());
  return { page, errors, requests };
}

async function look(page: Page, name: string): Promise<void> {
  if (SCREENSHOTS !== undefined)
    await page.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`), fullPage: true, timeout: 120_000 });
}

/** Pieces of text of a figure that lie on each other or beyond its edge, and whether the page is wider than the screen. */
function overprints(): string[] {
  const found: string[] = [];
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) found.push(`the page is ${scrollWidth} wide on a screen of ${clientWidth}`);
  for (const plot of document.querySelectorAll('.plot')) {
    const edge = plot.getBoundingClientRect();
    const texts = [...plot.querySelectorAll('svg text')].map((text) => ({ text: text.textContent ?? '', box: text.getBoundingClientRect() })); // prettier-ignore
    const shown = texts.filter(({ text, box }) => text.trim() !== '' && box.width > 0);
    shown.forEach(({ text, box: a }, i) => {
      if (a.left < edge.left - 1 || a.right > edge.right + 1 || a.top < edge.top - 1 || a.bottom > edge.bottom + 1) found.push(`${plot.id}: "${text}" is cut off`); // prettier-ignore
      for (const { text: other, box: b } of shown.slice(i + 1)) {
        const [wide, high] = [Math.min(a.right, b.right) - Math.max(a.left, b.left), Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)]; // prettier-ignore
        if (wide > 1 && high > 2) found.push(`${plot.id}: "${text}" on "${other}"`);
      }
    });
  }
  return found;
}

interface Fault {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string }[];
}

declare const axe: { run(): Promise<{ violations: readonly Fault[] }> };

async function axeFaults(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: AXE });
  const violations = await page.evaluate(async () => (await axe.run()).violations);
  const grave = violations.filter(({ impact }) => impact !== 'minor');
  return grave.map(({ id, nodes }) => `${id}: ${nodes.length} times, first ${nodes[0].html.slice(0, 160)}`);
}

const BOTH = ['study', 'every other kind'];

describe('a report in a browser', () => {
  test.each(BOTH)(
    '%s, wide and light: every figure drawn, no request, no error, no fault by axe',
    async (name) => {
      const { page, errors, requests } = await opened(name, {
        viewport: { width: 1440, height: 900 },
        colorScheme: 'light',
      });
      const places = await page.locator('.plot').count();
      expect(places).toBeGreaterThan(8);
      expect(await page.locator('.plot .main-svg:first-child').count()).toBeGreaterThanOrEqual(places);
      expect(await page.locator('.plot:not(:has(.main-svg))').count()).toBe(0);
      expect(await page.locator('.modebar, .plot a[href]').count()).toBe(0);
      expect(errors).toEqual([]);
      expect(requests.filter((url) => /^https?:/.test(url))).toEqual([]);
      expect(await page.evaluate(overprints)).toEqual([]);
      expect(await axeFaults(page)).toEqual([]);
      await look(page, `${name}-1440-light`);
      await page.close();
    },
    120_000,
  );

  test.each(BOTH)(
    '%s, narrow and dark: nothing overprints, no fault by axe',
    async (name) => {
      const { page, errors } = await opened(name, { viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
      expect(await page.evaluate(overprints)).toEqual([]);
      expect(await axeFaults(page)).toEqual([]);
      expect(errors).toEqual([]);
      await look(page, `${name}-390-dark`);
      await page.close();
    },
    120_000,
  );

  test('legend, tables and exports work by keyboard', async () => {
    const { page } = await opened('study', { viewport: { width: 1440, height: 900 }, acceptDownloads: true });
    const entries = page.locator('.legend button');
    expect(await entries.count()).toBeGreaterThan(10);
    expect(await page.locator('.legend button, .scroll, th button, .tools button').evaluateAll((all) => all.filter((one) => (one as HTMLElement).tabIndex < 0).length)).toBe(0); // prettier-ignore
    const first = page.locator('.legend[data-figure=rate] button').first();
    await first.focus();
    await page.keyboard.press('Space');
    expect(await first.getAttribute('aria-pressed')).toBe('false');
    const trace = Number((await first.getAttribute('data-traces'))!.split(',')[0]);
    const visible = await page.evaluate((i) => (document.getElementById('rate') as unknown as { data: { visible: unknown }[] }).data[i].visible, trace); // prettier-ignore
    expect(visible).toBe(false);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-pressed'))).toBe('true');

    const table = page.locator('#section-methods table');
    await table.locator('th button').first().press('Enter');
    const names = await table.locator('tbody tr td:first-child').allTextContents();
    expect(names).toEqual([...names].sort((a, b) => a.toLowerCase().localeCompare(b.toLowerCase())));
    await page.locator('#section-methods .filter input').fill('fixed 0.1');
    expect(await table.locator('tbody tr:visible').count()).toBe(1);

    const saved = async (what: string): Promise<string> => {
      const [download] = await Promise.all([page.waitForEvent('download'), page.locator(`button[data-figure=rate][data-save=${what}]`).press('Enter')]); // prettier-ignore
      return readFile((await download.path())!, 'utf8');
    };
    expect(await saved('svg')).toMatch(/^<svg[^]+learning rate/);
    const [head, ...rows] = (await saved('csv')).split('\n');
    expect(head).toBe('series,updates,learning rate');
    expect(rows.length).toBeGreaterThan(100);
    await page.close();
  }, 300_000);

  test('on paper everything is drawn and opened, on white; without JavaScript the numbers are there', async () => {
    const { page } = await opened('every other kind', { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    await page.waitForFunction(() => [...document.querySelectorAll('details')].every(({ open }) => open));
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)');
    expect(await page.locator('.plot:not(:has(.main-svg))').count()).toBe(0);
    expect(await page.locator('nav:visible, .tools:visible, .filter:visible').count()).toBe(0);
    await look(page, 'every other kind-print');
    await page.close();
    const { page: bare } = await opened('study', { javaScriptEnabled: false });
    expect(await bare.locator('.plot:visible, .legend:visible').count()).toBe(0);
    const places = await bare.locator('section.figure').count();
    expect(await bare.locator('section.figure .scroll table:visible').count()).toBe(places);
    expect(await bare.locator('noscript p:visible').count()).toBe(places);
    await bare.close();
  }, 300_000);

  (NOTEBOOKS.length === 0 ? test.skip : test)(
    'the pages of notebooks, narrow and dark',
    async () => {
      for (const name of NOTEBOOKS) {
        const { page, errors } = await opened(name, { viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
        expect([name, await page.evaluate(overprints), await axeFaults(page), errors]).toEqual([name, [], [], []]);
        await look(page, `${name}-390-dark`);
        await page.close();
      }
    },
    300_000,
  );
});
