import { HjbLrError, namingLines } from '../errors.js';
import { displayName, parseJson, STANDARD_INPUT } from '../filesystem.js';
import { linesOf, parseArtifact, readText, versionNotice } from './files.js';
import { readTrainingLog } from './log-file.js';
import { ARTIFACT_SCHEMAS, type ArtifactKind } from './schemas.js';

/** What a valid file is. */
export interface Validation {
  readonly kind: ArtifactKind;
  readonly file: string;
  /** One sentence on its content. */
  readonly summary: string;
}

/**
 * Checks a file of ours, by its `kind`: training logs as a whole, policies with their `policy_id`.
 * @throws what `readArtifact` and `readTrainingLog` throw; E_KIND for a file that is none of ours; E_INVALID for a
 * policy whose `policy_id` is not the hash of its body
 */
export async function validateFile(file: string): Promise<Validation> {
  if (file.endsWith('.jsonl')) return validateLog(file);
  const text = await readText(file);
  if (file === STANDARD_INPUT && /^\s*\{[^\n]*"kind":\s*"training_log"/.test(text)) return validateLog(file);
  const { kind, artifact } = await namingLines(linesOf(text), () => {
    const value = parseJson(text, file);
    const kind = kindOf(value, file);
    return { kind, artifact: parseArtifact(kind, value, file) };
  });
  return { kind, file, summary: `${kind} "${(artifact as { name: string }).name}", schema ${artifact.schema_version}` };
}

async function validateLog(file: string): Promise<Validation> {
  const { header, steps, evaluations, end } = await readTrainingLog(file);
  const notice = versionNotice('training_log', header.schema_version);
  const counts = `${steps.length} steps, ${evaluations.length} evaluations, ${end!.status}`;
  const summary = `training log ${header.run_id}: ${counts}${notice === null ? '' : `; ${notice}`}`;
  return { kind: 'training_log', file, summary };
}

function kindOf(value: unknown, file: string): ArtifactKind {
  const kind = (value as { kind?: unknown } | null)?.kind;
  const known = Object.keys(ARTIFACT_SCHEMAS).filter((name) => name !== 'training_log');
  if (known.includes(kind as string)) return kind as ArtifactKind;
  const described = kind === undefined ? 'it has no kind' : `its kind is ${JSON.stringify(kind)}`;
  throw new HjbLrError('E_KIND', `${displayName(file)} is not a file of this project: ${described}.`, {
    remedy: `Give a file of kind ${known.join(', ')}, or a training log (.jsonl).`,
    issues: [{ path: 'kind', message: `expected one of ${known.join(', ')}` }],
    fields: { file, found: kind },
  });
}
