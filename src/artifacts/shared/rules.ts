import type { z } from 'zod';
import { RESERVED_NAMES } from '../../math/expressions.js';

/** What rules over several fields of a file share. */
export type Path = readonly (string | number)[];
export type Refuse = (path: Path, message: string) => void;

/** Notes an issue and goes on. */
export function refuseInto(context: z.core.$RefinementCtx): Refuse {
  return (path, message) => void context.addIssue({ code: 'custom', path: [...path], message, input: undefined });
}

/** Names that a file declares, each with its place: legal, not taken, and none twice. */
export function checkNames(named: readonly (readonly [Path, string])[], refuse: Refuse): void {
  const seen = new Set<string>();
  for (const [path, name] of named) {
    if (!/^[A-Za-z][A-Za-z0-9_]{0,63}$/.test(name)) {
      refuse(path, `"${name}" is not a name: a letter, then letters, digits and _`);
    } else if (RESERVED_NAMES.has(name)) {
      refuse(path, `"${name}" is taken: it is the time, a constant, a function or a word of the syntax`);
    } else if (seen.has(name)) refuse(path, `"${name}" is declared twice`);
    seen.add(name);
  }
}
