import type { Figure } from '../figure.js';
import { escapeHtml, proseHtml } from './escape.js';
import { legendHtml } from './legend.js';
import { tableHtml } from './table.js';

/** Where a figure is drawn, with its words, its legend, its exports and its numbers. */
export function figureSection(figure: Figure, level: 2 | 3 = 2): string {
  const { id, title, caption, table, openTable } = figure;
  const label = escapeHtml(title);
  const numbers = tableHtml(table, `The numbers of: ${title}`);
  return `<section class="figure" id="section-${id}">
<h${level}>${label}</h${level}><p class="caption">${proseHtml(caption)}</p>
<div class="picture">${menuHtml(figure)}${legendHtml(figure)}<div class="plot" id="${id}" role="img" aria-label="Picture: ${label}. Its numbers are in the table below." style="height:${heightOf(figure)}px"></div></div>
<noscript><p>The picture needs JavaScript, which is off here. Its numbers:</p>${numbers}</noscript>
<div class="tools"><button type="button" data-save="svg" data-figure="${id}" aria-label="save SVG: ${label}">save SVG</button><button type="button" data-save="csv" data-figure="${id}" aria-label="save CSV: ${label}">save CSV</button><button type="button" data-save="view" data-figure="${id}" aria-label="whole range: ${label}">whole range</button></div>
<details class="numbers"${openTable === true ? ' open' : ''}><summary>the numbers</summary>${numbers}</details></section>`;
}

/** Room that is kept for the picture before it is drawn. */
export function heightOf({ layout }: Pick<Figure, 'layout'>): number {
  return typeof layout['height'] === 'number' ? layout['height'] : 450;
}

/** A choice of which traces are drawn. */
function menuHtml({ id, menu }: Figure): string {
  if (menu === undefined) return '';
  const options = menu.options.map(
    ({ label, shown }) => `<option value="${escapeHtml(JSON.stringify(shown))}">${escapeHtml(label)}</option>`,
  );
  return `<p class="tools"><label>${escapeHtml(menu.label)} <select data-figure="${id}">${options.join('')}</select></label></p>`;
}
