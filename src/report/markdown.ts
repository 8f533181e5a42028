import { isFigure, type Page, type Section } from './content.js';
import type { Figure } from './figure.js';
import { cellText, type TableData } from './shell/table.js';

/** The same report as Markdown: words and tables; a picture is its table. */
export function markdownReport(pages: readonly Page[]): string {
  return `${pages.map(pageMarkdown).join('\n\n---\n\n')}\n`;
}

function pageMarkdown({ title, subject, lead, sections }: Page): string {
  const facts = lead.facts.map(({ label, text, code = [] }) => `- **${plain(label)}**: ${plain(text)}${code.map((line) => ` \`${line}\``).join('')}`); // prettier-ignore
  return [
    `# ${plain(title)}`,
    `hjb-lr ${plain(subject)}`,
    `**${plain(lead.verdict)}**`,
    facts.join('\n'),
    lead.sentences.map((sentence) => `- ${plain(sentence)}`).join('\n'),
    ...sections.map(sectionMarkdown),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function sectionMarkdown(section: Section | Figure): string {
  const parts = isFigure(section)
    ? [section.caption === '' ? '' : plain(section.caption), tableMarkdown(section.table)]
    : [
        section.caption === undefined ? '' : plain(section.caption),
        section.table === undefined ? '' : tableMarkdown(section.table),
        (section.items ?? []).map((item) => `- ${plain(item)}`).join('\n'),
        (section.facts ?? []).map(({ name, value }) => `- ${plain(name)}: \`${value}\``).join('\n'),
        section.source === undefined ? '' : `\`\`\`\n${section.source.text.replaceAll('```', "'''")}\n\`\`\``,
      ];
  return [`## ${plain(section.title)}`, ...parts.filter((part) => part !== '')].join('\n\n');
}

function tableMarkdown({ head, rows }: TableData): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => plain(cell).replaceAll('|', '\\|')).join(' | ')} |`; // prettier-ignore
  const rule = `|${head.map((_, i) => (i === 0 ? ' --- ' : ' ---: ')).join('|')}|`;
  return [line(head), rule, ...rows.map((row) => line(row.map(cellText)))].join('\n');
}

/** Text that stays text: no HTML, no emphasis, no links, no line breaks. */
function plain(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').replace(/[\\`*_[\]<>]/g, (character) => `\\${character}`);
}
