import type { OpenLoopForm } from './open-loop-form.js';

/** Numbers in a line of the lists that are written. */
const PER_LINE = 8;

/** What every Python file begins with. */
export function head({ name, policyId, isLess }: OpenLoopForm, what: string): string {
  return [
    `"""${what} Written by hjb-lr export.`,
    '',
    `Policy: ${JSON.stringify(name).slice(1, -1).replaceAll('"', "'")}`,
    `policy_id: ${policyId}`,
    ...(isLess ? ['', 'The policy itself looks at the losses of the run; these are its values over time alone.'] : []),
    '"""',
    '',
  ].join('\n');
}

/** `RATES = [...]`, each number as the shortest text that gives it back. */
export function ratesOf({ controls }: OpenLoopForm): string {
  const rates = controls['learning_rate'];
  const lines = Array.from({ length: Math.ceil(rates.length / PER_LINE) }, (_, i) =>
    rates.slice(i * PER_LINE, (i + 1) * PER_LINE).join(', '),
  );
  return `# The learning rate of updates 0, 1, 2, ...; the last one is held.\nRATES = [\n    ${lines.join(',\n    ')},\n]\n`;
}

/** Python that gives `factor` from `norm`, in a function that keeps its memory in `self.limit`; null without a clip. */
export function clipFactor({ clip }: OpenLoopForm): readonly string[] | null {
  if (clip === null) return null;
  if (clip.kind === 'norm') return [`factor = min(1.0, ${clip.maximum} / (norm + 1e-6))`];
  return [
    'limit = norm if self.limit is None else self.limit',
    'factor = limit / norm if norm > limit else 1.0',
    `self.limit = limit + ${clip.gain} * (min(norm, limit) - limit) if limit > 0 else self.limit`,
  ];
}

/** Indents lines. */
export function indented(lines: readonly string[], by: number): string {
  return lines.map((line) => `${' '.repeat(by)}${line}`).join('\n');
}
