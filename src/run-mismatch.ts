import { canonicalJson } from './canonical-json.js';
import { HjbLrError, type Issue } from './errors.js';
import type { Json } from './json.js';

/** What a run is, by the names of its parts: the run is another one if any of them differs. */
export type RunDescription = Readonly<Record<string, Json>>;

/** What the error says about a run that is another one. */
export interface Refusal {
  /** @param differing - names of the parts that differ */
  readonly sentence: (differing: readonly string[]) => string;
  readonly remedy: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * Requires that what is there belongs to the run that is asked for.
 * @throws E_RUN_MISMATCH with every dotted path at which the two differ, and both values
 */
export function requireSameRun(there: RunDescription, asked: RunDescription, refusal: Refusal): void {
  const issues = differences(there, asked, []);
  if (issues.length === 0) return;
  const differing = [...new Set(issues.map(({ path }) => path.split('.')[0]))];
  const fields = { ...refusal.fields, differing };
  throw new HjbLrError('E_RUN_MISMATCH', refusal.sentence(differing), { remedy: refusal.remedy, issues, fields });
}

/** Every dotted path at which two values differ, with both values. */
export function differences(
  there: Json | undefined,
  asked: Json | undefined,
  at: readonly string[],
  say: (there: string, asked: string) => string = (a, b) => `the folder has ${a}, asked for ${b}`,
): Issue[] {
  if (canonicalJson(there, []) === canonicalJson(asked, [])) return [];
  if (isRecord(there) && isRecord(asked)) {
    const keys = [...new Set([...Object.keys(there), ...Object.keys(asked)])].sort();
    return keys.flatMap((key) => differences(there[key], asked[key], [...at, key], say));
  }
  return [{ path: at.join('.'), message: say(shown(there), shown(asked)) }];
}

function isRecord(value: unknown): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null;
}

function shown(value: Json | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
