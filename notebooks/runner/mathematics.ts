import { textOf, type Notebook } from './notebook.js';
import type { ToMathMl } from './tools.js';

/** $$...$$ and $...$, outside of code. */
const CODE_OR_MATHEMATICS = /(```[\s\S]*?```|`[^`\n]*`)|\$\$([\s\S]+?)\$\$|\$([^$\n]+?)\$/g;

/** A notebook whose prose holds MathML in place of TeX, so that its page needs no script for it. */
export function withMathMl(notebook: Notebook, toMathMl: ToMathMl): Notebook {
  const cells = notebook.cells.map((cell) =>
    cell.cell_type === 'markdown' ? { ...cell, source: mathMlIn(textOf(cell), toMathMl) } : cell,
  );
  return { ...notebook, cells };
}

export function mathMlIn(markdown: string, toMathMl: ToMathMl): string {
  return markdown.replace(CODE_OR_MATHEMATICS, (whole, code, display, inline) => {
    if (code !== undefined) return whole;
    return display === undefined ? toMathMl(inline, false) : toMathMl(display.trim(), true);
  });
}
