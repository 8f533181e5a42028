import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomicLibrary from 'write-file-atomic';
import type { z } from 'zod';
import { HjbLrError, type Issue } from '../errors.js';
import { SCHEMA_VERSION } from './common.js';
import { ARTIFACT_SCHEMAS, type ArtifactKind } from './schemas.js';

type Artifact<Kind extends ArtifactKind> = z.output<(typeof ARTIFACT_SCHEMAS)[Kind]>;

/**
 * Writes a whole file or nothing: to a temporary name beside it, flushed, then renamed. Missing folders are made.
 * @throws E_WRITE naming the file; an earlier file of that name is left as it was
 */
export async function writeFileAtomic(file: string, data: string | Uint8Array): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFileAtomicLibrary(file, typeof data === 'string' ? data : Buffer.from(data));
  } catch (cause) {
    throw writeError(file, cause);
  }
}

/** The error for a failed write, with the remedy for its cause. */
export function writeError(file: string, cause: unknown): HjbLrError {
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
  const remedies: Record<string, string> = {
    ENOSPC: 'Free some disk space and run the same command again: it resumes.',
    EFBIG: 'Raise the file size limit (ulimit -f) and run the same command again: it resumes.',
    EACCES: 'Choose a folder that you may write to (--out).',
    EROFS: 'Choose a folder on a writable disk (--out).',
    ENOTDIR: 'A part of this path is a file: choose another folder (--out).',
    EEXIST: 'A part of this path is a file: choose another folder (--out).',
  };
  return new HjbLrError('E_WRITE', `Cannot write ${file} (${code}).`, {
    remedy: remedies[code] ?? 'Check the folder and run the same command again: it resumes.',
    fields: { file, cause: code },
    cause,
  });
}

/**
 * The JSON of a file.
 * @throws E_NOT_FOUND if it cannot be read, E_NOT_JSON with the position where it stops being JSON
 */
export async function readJson(file: string): Promise<unknown> {
  const text = await readText(file);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new HjbLrError('E_NOT_JSON', `${file} is not JSON: ${(cause as Error).message}.`, {
      remedy: 'Correct the file at that position.',
      fields: { file },
      cause,
    });
  }
}

export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new HjbLrError('E_NOT_FOUND', `Cannot read ${file} (${(cause as NodeJS.ErrnoException).code ?? 'unknown'}).`, {
      remedy: 'Check the path.',
      fields: { file },
      cause,
    });
  }
}

/**
 * A file of ours, checked against its schema, defaults filled in.
 * @throws E_KIND for another kind of file, E_VERSION for a newer major version, E_INVALID with every issue's path
 */
export async function readArtifact<Kind extends ArtifactKind>(kind: Kind, file: string): Promise<Artifact<Kind>> {
  return parseArtifact(kind, await readJson(file), file);
}

/** The same for a value that is already in memory; `file` only names it in errors. */
export function parseArtifact<Kind extends ArtifactKind>(kind: Kind, value: unknown, file: string): Artifact<Kind> {
  requireKind(kind, value, file);
  requireVersion(value, file);
  const parsed = ARTIFACT_SCHEMAS[kind].safeParse(value);
  if (parsed.success) return parsed.data as Artifact<Kind>;
  throw new HjbLrError('E_INVALID', `${file} is not a valid ${kind} file.`, {
    remedy: `Correct these fields; schema/${kind}.schema.json has the whole schema.`,
    issues: issuesOf(parsed.error),
    fields: { file, kind },
  });
}

/** Checks a value against its schema and writes it atomically as indented JSON. */
export async function writeArtifact<Kind extends ArtifactKind>(kind: Kind, file: string, value: Artifact<Kind>): Promise<void> {
  parseArtifact(kind, value, file);
  await writeFileAtomic(file, `${JSON.stringify(value, null, 1)}\n`);
}

/** Issues of a zod error with dotted paths. */
export function issuesOf(error: z.ZodError): Issue[] {
  return error.issues.map(({ path: keys, message }) => ({ path: keys.map(String).join('.'), message }));
}

function requireKind(kind: ArtifactKind, value: unknown, file: string): void {
  const found = (value as { kind?: unknown } | null)?.kind;
  if (found === kind) return;
  throw new HjbLrError('E_KIND', `${file} should be a file of kind "${kind}"; its kind is ${JSON.stringify(found) ?? 'missing'}.`, {
    remedy: `Give a ${kind} file.`,
    issues: [{ path: 'kind', message: `expected "${kind}"` }],
    fields: { file, expected: kind, found },
  });
}

function requireVersion(value: unknown, file: string): void {
  const version = (value as { schema_version?: unknown }).schema_version;
  if (typeof version !== 'string') return;
  const major = Number.parseInt(version, 10);
  if (major <= Number.parseInt(SCHEMA_VERSION, 10)) return;
  throw new HjbLrError('E_VERSION', `${file} has schema version ${version}; this release reads ${SCHEMA_VERSION}.`, {
    remedy: 'Update hjb-lr, or write the file again with this release.',
    issues: [{ path: 'schema_version', message: `major version ${major} is newer` }],
    fields: { file, found: version, supported: SCHEMA_VERSION },
  });
}
