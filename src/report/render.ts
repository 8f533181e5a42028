import { isFigure, type Fact, type Lead, type Page, type Section } from './content.js';
import type { Figure } from './figure.js';
import { escapeHtml, figureSection, htmlPage, tableHtml } from './html.js';
import { proseHtml } from './shell/escape.js';
import { factsTable } from './shell/table.js';

/** One page that needs nothing from outside itself; of several, each stands under a heading of its own. */
export function htmlReport(pages: readonly Page[], plotly: string): string {
  if (pages.length === 1) return single(pages[0], plotly);
  const parts = pages.map((page, i) => ({ page: prefixed(page, `part-${i + 1}-`), id: `part-${i + 1}` }));
  const rows = parts.map(({ page, id }) => [page, id] as const);
  const overview = `<section id="overview"><h2>All of them</h2><ul>${rows.map(([page, id]) => `<li><a href="#${id}">${escapeHtml(page.title)}</a> (${escapeHtml(page.subject)}): ${escapeHtml(page.lead.verdict)}</li>`).join('')}</ul></section>`;
  const sections = parts.map(
    ({ page, id }) =>
      `<section id="${id}"><h2>${escapeHtml(page.title)}</h2><p class="subject">${escapeHtml(page.subject)}</p>${leadHtml(page.lead)}${page.sections.map((section) => sectionHtml(section, 3)).join('\n')}</section>`,
  );
  return htmlPage({
    title: `${pages.length} reports`,
    subject: 'hjb-lr report',
    sections: [overview, ...sections],
    contents: parts.flatMap(({ page, id }) => [
      { id, title: `${page.title} (${page.subject})`, isPart: true },
      ...page.sections.map((section) => ({ id: anchorOf(section), title: section.title })),
    ]),
    lead: 1,
    figures: parts.flatMap(({ page }) => page.sections.filter(isFigure)),
    plotly,
  });
}

function single({ title, subject, lead, sections }: Page, plotly: string): string {
  return htmlPage({
    title,
    subject: `hjb-lr ${subject}`,
    sections: [leadHtml(lead), ...sections.map((section) => sectionHtml(section, 2))],
    contents: sections.map((section) => ({ id: anchorOf(section), title: section.title })),
    lead: 1,
    figures: sections.filter(isFigure),
    plotly,
  });
}

/** Ids that no other part has. */
function prefixed(page: Page, prefix: string): Page {
  return { ...page, sections: page.sections.map((section) => ({ ...section, id: `${prefix}${section.id}` })) };
}

function anchorOf(section: Section | Figure): string {
  return `section-${section.id}`;
}

/** The first screen. */
export function leadHtml({ verdict, tone, facts, sentences }: Lead): string {
  const list = sentences.map((sentence) => `<li>${proseHtml(sentence)}</li>`);
  return `<p class="verdict ${tone}">${proseHtml(verdict)}</p>
<dl class="facts-grid">${facts.map(factHtml).join('')}</dl>
${list.length === 0 ? '' : `<ul>${list.join('')}</ul>`}`;
}

function factHtml({ label, text, code = [] }: Fact): string {
  const codes = code.map((line) => `<br><code>${escapeHtml(line)}</code>`);
  return `<div><dt>${escapeHtml(label)}</dt><dd>${proseHtml(text)}${codes.join('')}</dd></div>`;
}

function sectionHtml(section: Section | Figure, level: 2 | 3): string {
  if (isFigure(section)) return figureSection(section, level);
  const { title, caption, table, items, facts, source } = section;
  const parts = [
    `<h${level}>${escapeHtml(title)}</h${level}>`,
    caption === undefined ? '' : `<p class="caption">${proseHtml(caption)}</p>`,
    table === undefined ? '' : tableHtml(table, title),
    items === undefined ? '' : `<ul>${items.map((item) => `<li>${proseHtml(item)}</li>`).join('')}</ul>`,
    facts === undefined ? '' : factsTable(facts),
    source === undefined ? '' : `<details><summary>${escapeHtml(source.summary)}</summary><pre tabindex="0"><code>${escapeHtml(source.text)}</code></pre></details>`, // prettier-ignore
  ];
  return `<section id="${anchorOf(section)}">${parts.join('\n')}</section>`;
}
