import { studentInterval } from '../../src/statistics/mean-interval.js';
import type { Row } from './comparison.js';

const WIDTH = 900;
const LEFT = 320;
const RIGHT = 30;
const TOP = 64;
const LINE = 44;

/** An interval plot: a dot for each seed, a bar for the mean with its 95 % interval, and a line at the best rival. */
export function figureText(rows: readonly Row[]): string {
  const all = rows.flatMap(({ differences }) => [...differences, ...studentInterval(differences).interval]);
  const low = Math.floor(Math.min(...all) / 5) * 5;
  const high = Math.max(5, Math.ceil(Math.max(...all) / 5) * 5);
  const x = (value: number): number => rounded(LEFT + ((value - low) / (high - low)) * (WIDTH - LEFT - RIGHT));
  const bottom = TOP + rows.length * LINE;
  const ticks = Array.from({ length: (high - low) / 5 + 1 }, (_, i) => low + 5 * i);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${bottom + 56}" font-family="system-ui, sans-serif" font-size="14" role="img">`,
    '<title>Training loss of the recommended method, per cent against the best tuned rival</title>',
    `<rect width="${WIDTH}" height="${bottom + 56}" fill="#ffffff"/>`,
    `<text x="20" y="30" font-size="16" font-weight="600" fill="#1a1a1a">Loss of the recommended method against the best of 38 tuned rivals</text>`,
    ...ticks.map(
      (tick) =>
        `<line x1="${x(tick)}" x2="${x(tick)}" y1="${TOP - 12}" y2="${bottom}" stroke="${tick === 0 ? '#1a1a1a' : '#e2e2e2'}"/>` +
        `<text x="${x(tick)}" y="${bottom + 20}" text-anchor="middle" fill="#444444">${tick > 0 ? '+' : ''}${tick} %</text>`,
    ),
    `<text x="${x(0)}" y="${TOP - 18}" text-anchor="middle" fill="#1a1a1a">best rival</text>`,
    ...rows.map((row, i) => rowText(row, TOP + i * LINE + LINE / 2, x)),
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${bottom + 44}" text-anchor="middle" fill="#444444">adversarial training loss, five seeds; bar: mean with its 95 % interval</text>`,
    '</svg>',
    '',
  ].join('\n');
}

/** To hundredths of a pixel, so that the last bits of a mean change no file. */
function rounded(value: number): number {
  return Math.round(100 * value) / 100;
}

function rowText({ name, differences }: Row, y: number, x: (value: number) => number): string {
  const { mean, interval } = studentInterval(differences);
  const [low, high] = interval.map(x);
  return [
    `<text x="20" y="${y + 5}" fill="#1a1a1a">${name}</text>`,
    `<line x1="${low}" x2="${high}" y1="${y}" y2="${y}" stroke="#0b5cad" stroke-width="3"/>`,
    `<line x1="${x(mean)}" x2="${x(mean)}" y1="${y - 9}" y2="${y + 9}" stroke="#0b5cad" stroke-width="4"/>`,
    ...differences.map((value) => `<circle cx="${x(value)}" cy="${y}" r="4.5" fill="#0b5cad" fill-opacity="0.45"/>`),
  ].join('\n');
}
