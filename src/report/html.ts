import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { clientScript } from './client/index.js';
import { DARK_COLORS, type Figure } from './figure.js';
import { embeddedJson, escapeHtml, withPlainTexts } from './shell/escape.js';
import { STYLE } from './shell/style.js';

export { embeddedJson, escapeHtml } from './shell/escape.js';
export { figureSection } from './shell/figure-section.js';
export { htmlTable, tableHtml } from './shell/table.js';

export interface PageContent {
  readonly title: string;
  /** What the page is, behind the title in the window's name. */
  readonly subject: string;
  /** HTML below the title, the figures' places among it. */
  readonly sections: readonly string[];
  /** Sections that links at the top lead to; no links where there are few. */
  readonly contents?: readonly { readonly id: string; readonly title: string; readonly isPart?: boolean }[];
  /** How many sections stand before those links. */
  readonly lead?: number;
  readonly figures: readonly Pick<Figure, 'id' | 'data' | 'layout' | 'narrow'>[];
  /** Source of Plotly, which goes into the page. */
  readonly plotly: string;
}

/** One page that needs nothing from outside itself. */
export function htmlPage({ title, subject, sections, contents = [], lead = 0, figures, plotly }: PageContent): string {
  const specs = figures.map(({ id, data, layout, narrow }) => withPlainTexts({ id, data, layout, narrow }));
  const parts = [...sections.slice(0, lead), ...navigation(contents), ...sections.slice(lead)];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}: ${escapeHtml(subject)}</title><style>${STYLE}</style><noscript><style>.plot, .legend, .tools, details.numbers { display: none; }</style></noscript></head><body>
<a class="skip" href="#content">to the content</a>
<header><h1>${escapeHtml(title)}</h1><p class="subject">${escapeHtml(subject)}</p></header>
<main id="content" tabindex="-1">
${parts.join('\n')}
</main>
<script type="application/json" id="figures">${embeddedJson(specs)}</script>
<script>${plotly}</script>
<script>${clientScript(DARK_COLORS).replaceAll('</', '<\\/')}</script>
</body></html>
`;
}

/** Fewer sections than this are seen at once. */
const FEW_SECTIONS = 4;

function navigation(contents: NonNullable<PageContent['contents']>): string[] {
  if (contents.length < FEW_SECTIONS) return [];
  const links = contents.map(({ id, title, isPart }) => `<li${isPart === true ? ' class="part"' : ''}><a href="#${id}">${escapeHtml(title)}</a></li>`); // prettier-ignore
  return [`<nav aria-label="Sections"><p>On this page</p><ol>${links.join('')}</ol></nav>`];
}

/** The source of Plotly, for pages that need no network. */
export async function plotlySource(): Promise<string> {
  const require = createRequire(import.meta.url);
  return readFile(require.resolve('plotly.js-dist-min'), 'utf8');
}
