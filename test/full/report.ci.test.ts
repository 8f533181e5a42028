import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chromium } from 'playwright-core';
import { PACKAGE_ROOT } from '../../src/version.js';
import { runCommand } from '../helpers/cli.js';

const BROWSER = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const TINY = path.join(PACKAGE_ROOT, 'test', 'fixtures', 'tiny.json');

let folder: string;

beforeAll(async () => {
  if (!existsSync(BROWSER))
    throw new Error(`No Chromium at ${BROWSER}: install the package chromium, or set CHROMIUM.`);
  folder = await mkdtemp(path.join(os.tmpdir(), 'hjb-lr-report-'));
  const { code, stderr } = await runCommand(['run', TINY, '--out', folder]);
  if (code !== 0) throw new Error(stderr);
}, 180_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the report in a browser', () => {
  test('draws every figure, asks for nothing outside the page, logs no error', async () => {
    const browser = await chromium.launch({
      executablePath: BROWSER,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic'],
    });
    try {
      const page = await browser.newPage();
      const errors: string[] = [];
      const requests: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
      page.on('request', (request) => requests.push(request.url()));
      await page.goto(pathToFileURL(path.join(folder, 'report.html')).href);
      await page.waitForSelector('#value-map .main-svg', { timeout: 30_000 });
      const drawn = await page.locator('.js-plotly-plot').count();
      expect(drawn).toBe(5);
      expect(errors).toEqual([]);
      expect(requests.filter((url) => /^https?:/.test(url))).toEqual([]);
    } finally {
      await browser.close();
    }
  }, 90_000);
});
