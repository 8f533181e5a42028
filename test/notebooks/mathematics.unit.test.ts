import { expect, test } from '@jest/globals';
import { mathMlIn } from '../../notebooks/runner/mathematics.js';

const marked = (markdown: string): string =>
  mathMlIn(markdown, (tex, isDisplay) => (isDisplay ? `[[${tex}]]` : `[${tex}]`));

test('mathematics is found inline and displayed, and code is left alone', () => {
  expect(marked('let $x$ and $y_1$ be')).toBe('let [x] and [y_1] be');
  expect(marked('so\n\n$$\na\n= b\n$$\n\nfor $c$.')).toBe('so\n\n[[a\n= b]]\n\nfor [c].');
  expect(marked('`$x$` costs\n```\n$y$\n```\n$z$')).toBe('`$x$` costs\n```\n$y$\n```\n[z]');
  expect(marked('5 $ alone')).toBe('5 $ alone');
});
