import { controlProblemSchema, type ControlProblemFile } from '../../artifacts/control-problem/control-problem.js';
import { issuesOf } from '../../artifacts/shared/issues.js';
import { HjbLrError } from '../../errors.js';
import { readJson } from '../../filesystem.js';

/**
 * A control problem from what its JSON file holds, checked against the schema, defaults filled in.
 * @param name - names it in errors
 * @throws E_INVALID with every issue and its dotted path
 */
export function parseProblemFile(value: unknown, name: string): ControlProblemFile {
  const parsed = controlProblemSchema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw new HjbLrError('E_INVALID', `${name} is not a valid control_problem file.`, {
    remedy: 'Correct these fields.',
    issues: issuesOf(parsed.error),
    fields: { file: name },
  });
}

/** The same from a file. @throws E_NOT_FOUND, E_NOT_JSON, and what `parseProblemFile` throws */
export async function readProblemFile(file: string): Promise<ControlProblemFile> {
  return parseProblemFile(await readJson(file), file);
}
