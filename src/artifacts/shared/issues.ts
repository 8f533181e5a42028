import type { z } from 'zod';
import type { Issue } from '../../errors.js';

type ZodIssue = z.core.$ZodIssue;

/**
 * Issues of a zod error with dotted paths: each unknown field is one, and each problem inside the form that was meant.
 * Parsed with `reportInput`, they show the value.
 */
export function issuesOf(error: z.ZodError): Issue[] {
  return error.issues.flatMap((issue) => describeIssue(issue, []));
}

function describeIssue(issue: ZodIssue, parent: readonly string[]): Issue[] {
  const path = [...parent, ...issue.path.map(String)];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'unknown field' }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) return describeUnion(issue.errors, path);
  return [{ path: path.join('.'), message: sentence([issue]) }];
}

/**
 * Of the forms that a field may take whose type the value has, the one with the fewest issues; if it has none of these
 * types, all that was expected.
 */
function describeUnion(forms: readonly (readonly ZodIssue[])[], path: readonly string[]): Issue[] {
  const [meant] = forms
    .filter((issues) => issues.every((issue) => issue.path.length > 0 || issue.code === 'unrecognized_keys'))
    .sort((a, b) => a.length - b.length);
  if (meant !== undefined) return meant.flatMap((issue) => describeIssue(issue, path));
  return [{ path: path.join('.'), message: sentence(forms.flat()) }];
}

/** What was expected, and what there is. */
function sentence(issues: readonly ZodIssue[]): string {
  const messages = issues.map(({ message }) => plainMessage(message));
  const expected = [...new Set(messages.map(withoutReceived))].join(', or ');
  if (messages[0].endsWith(', received undefined')) return `missing (${expected})`;
  const input = receivedBy(issues[0]);
  if (typeof input === 'number') return `${expected}; got ${input}`;
  return typeof input === 'string' ? `${expected}; got ${JSON.stringify(input)}` : [...new Set(messages)].join(', or ');
}

/** The value at fault; of an object whose form is told by one of its fields, that field. */
function receivedBy({ input, ...issue }: ZodIssue): unknown {
  if (!('discriminator' in issue) || typeof input !== 'object' || input === null) return input;
  return (input as Record<string, unknown>)[String(issue.discriminator)];
}

function plainMessage(message: string): string {
  return message.replace(/^(Invalid (input|option|discriminator value)|Too (small|big))[:.] /, '').replace(/^E/, 'e');
}

function withoutReceived(message: string): string {
  return message.replace(/, received \w+$/, '');
}
