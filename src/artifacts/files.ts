import type { z } from 'zod';
import { HjbLrError, namingLines } from '../errors.js';
import { displayName, parseJson, readJson, readText, writeFileAtomic } from '../filesystem.js';
import { lineOf, scanJson, type JsonScan } from '../json-text.js';
import { schemaVersionOf } from './shared/common.js';
import { contentSha256 } from './shared/hash.js';
import { issuesOf } from './shared/issues.js';
import type { Policy } from './policy/policy.js';
import { requireSealedFile } from './policy/seal.js';
import { prettyJson } from '../formats/pretty-json.js';
import { ARTIFACT_SCHEMAS, type ArtifactKind } from './schemas.js';

export { issuesOf } from './shared/issues.js';
export { parseJson, readJson, readText, writeError, writeFileAtomic } from '../filesystem.js';

export type Artifact<Kind extends ArtifactKind> = z.output<(typeof ARTIFACT_SCHEMAS)[Kind]>;

/** Kinds whose readers ignore what a newer minor version adds; everything else refuses unknown fields. */
const FORWARD_COMPATIBLE: readonly ArtifactKind[] = ['policy'];

/**
 * A file of ours, checked against its schema, defaults filled in; a policy also against its own hash.
 * @throws E_NOT_FOUND, E_NOT_JSON; E_KIND for another kind of file; E_VERSION for a newer major version, or one that is no
 * longer read; E_INVALID with every issue and its dotted path, and for a policy whose `policy_id` is not the hash of its body
 */
export async function readArtifact<Kind extends ArtifactKind>(kind: Kind, file: string): Promise<Artifact<Kind>> {
  const text = await readText(file);
  return namingLines(linesOf(text), () => parseArtifact(kind, parseJson(text, file), file));
}

/** The line of a dotted path in a text of JSON; the text is looked through when the first line is asked for. */
export function linesOf(text: string): (path: string) => number | null {
  let scan: JsonScan | null = null;
  const json = text.replace(/^\uFEFF/, '');
  return (at) => lineOf(json, (scan ??= scanJson(json)), at);
}

/** The same for a value that is already in memory; `file` only names it in errors. */
export function parseArtifact<Kind extends ArtifactKind>(kind: Kind, value: unknown, file: string): Artifact<Kind> {
  const artifact = parseUnsealed(kind, value, file);
  if (kind === 'policy') requireSealedFile(value, artifact as Policy, file);
  else requireOwnDigest(value, file);
  return artifact;
}

/** Kinds that carry the digest of their content, where this project wrote them. */
const DIGESTED: readonly ArtifactKind[] = ['coefficients', 'solution', 'results', 'sde_analysis'];

/** The same body with its digest, of a kind that has one. */
export function withOwnDigest(kind: ArtifactKind, body: object): object {
  return DIGESTED.includes(kind) ? { ...body, sha256: contentSha256({ ...body }) } : body;
}

/**
 * Accepts a file that was edited by hand: renews the digest of its content.
 * @throws what reading it throws, but for a digest that is not that of the content; E_KIND for a kind that has none; E_WRITE
 */
export async function sealArtifact(kind: ArtifactKind, file: string): Promise<void> {
  const { sha256: _before, ...body } = (await readJson(file)) as { readonly sha256?: string };
  if (!DIGESTED.includes(kind)) {
    throw new HjbLrError('E_KIND', `A file of kind "${kind}" has no digest to renew.`, {
      remedy: 'Leave out --seal.',
      fields: { file, kind },
    });
  }
  parseUnsealed(kind, body, file);
  await writeFileAtomic(file, prettyJson(withOwnDigest(kind, body)));
}

/** @throws E_DAMAGED if a file names a digest that is not that of its content */
function requireOwnDigest(value: unknown, file: string): void {
  const body = value as Readonly<Record<string, unknown>>;
  const { kind, sha256: found } = body;
  if (found === undefined || !DIGESTED.includes(kind as ArtifactKind)) return;
  const expected = contentSha256(body);
  if (found === expected) return;
  throw new HjbLrError(
    'E_DAMAGED',
    `${file} was changed after it was written: its sha256 is not that of its content.`,
    {
      remedy:
        'Make it again: in the folder of a run by `hjb-lr repair FOLDER` and the same command, elsewhere by the command that wrote it. ' +
        'An edit of your own is accepted by `hjb-lr validate FILE --seal`.',
      issues: [{ path: 'sha256', message: `expected ${expected}; got ${String(found)}` }],
      fields: { file, expected, found },
    },
  );
}

/** The same without a look at a policy's hash: for who seals it. */
export function parseUnsealed<Kind extends ArtifactKind>(kind: Kind, value: unknown, file: string): Artifact<Kind> {
  requireKind(kind, value, file);
  requireVersion(kind, value, file);
  const known =
    FORWARD_COMPATIBLE.includes(kind) && hasNewerMinor(kind, value) ? withoutUnknownFields(kind, value) : value;
  const parsed = ARTIFACT_SCHEMAS[kind].safeParse(known, { reportInput: true });
  if (parsed.success) return parsed.data as Artifact<Kind>;
  throw new HjbLrError('E_INVALID', `${displayName(file)} is not a valid ${kind} file.`, {
    remedy: `Correct these fields; schema/${kind}.schema.json has the whole schema.`,
    issues: issuesOf(parsed.error),
    fields: { file, kind },
  });
}

/**
 * Checks a value against its schema and writes it atomically as indented JSON, just as it is but for the digest of its content.
 * @throws E_INVALID with every issue, E_WRITE
 */
export async function writeArtifact<Kind extends ArtifactKind>(
  kind: Kind,
  file: string,
  value: Artifact<Kind>,
): Promise<void> {
  const { sha256: _before, ...body } = value as { readonly sha256?: string };
  const written = withOwnDigest(kind, body) as unknown as Artifact<Kind>;
  parseArtifact(kind, written, file);
  await writeFileAtomic(file, prettyJson(written));
}

function requireKind(kind: ArtifactKind, value: unknown, file: string): void {
  const found = (value as { kind?: unknown } | null | undefined)?.kind;
  if (found === kind) return;
  const described = found === undefined ? 'it has no kind' : `its kind is ${JSON.stringify(found)}`;
  throw new HjbLrError('E_KIND', `${displayName(file)} should be a file of kind "${kind}"; ${described}.`, {
    remedy: `Give a ${kind} file.`,
    issues: [{ path: 'kind', message: `expected "${kind}"` }],
    fields: { file, expected: kind, found },
  });
}

/** What to do about files of schema versions that this release no longer reads, by kind. */
const TOO_OLD: Readonly<Partial<Record<ArtifactKind, string>>> = {
  policy: 'Make the policy again from its coefficients: `hjb-lr solve coefficients.json --out FOLDER`.',
};

function requireVersion(kind: ArtifactKind, value: unknown, file: string): void {
  const { schema_version: version } = value as { schema_version?: unknown };
  const supported = schemaVersionOf(kind);
  const [major] = versionNumbers(version);
  const [ours] = versionNumbers(supported);
  if (major === undefined || major === ours) return;
  const remedyOfOld = TOO_OLD[kind];
  if (major < ours && remedyOfOld === undefined) return;
  const isNewer = major > ours;
  throw new HjbLrError('E_VERSION', `${file} has schema version ${version}; this release reads ${supported}.`, {
    remedy: isNewer ? 'Update hjb-lr, or write the file again with this release.' : remedyOfOld!,
    issues: [{ path: 'schema_version', message: `major version ${major} is ${isNewer ? 'newer' : 'too old'}` }],
    fields: { file, found: version, supported },
  });
}

/** What to say of a file of an older major version that is read all the same; null of any other. */
export function versionNotice(kind: ArtifactKind, version: string): string | null {
  const supported = schemaVersionOf(kind);
  if (versionNumbers(version)[0] >= versionNumbers(supported)[0]) return null;
  return `schema version ${version} is read as ${supported}`;
}

function hasNewerMinor(kind: ArtifactKind, value: unknown): boolean {
  const [major, minor] = versionNumbers((value as { schema_version?: unknown }).schema_version);
  const [ourMajor, ourMinor] = versionNumbers(schemaVersionOf(kind));
  return major === ourMajor && minor > ourMinor;
}

/** [major, minor, patch]; empty for anything else, which the schema then refuses. */
function versionNumbers(version: unknown): number[] {
  return typeof version === 'string' && /^\d+\.\d+\.\d+$/.test(version) ? version.split('.').map(Number) : [];
}

/** A copy of the value without the fields that the schema does not know. */
function withoutUnknownFields(kind: ArtifactKind, value: unknown): unknown {
  const copy = structuredClone(value);
  for (const issue of ARTIFACT_SCHEMAS[kind].safeParse(copy).error?.issues ?? []) {
    if (issue.code !== 'unrecognized_keys') continue;
    const parent = issue.path.reduce((entry, key) => (entry as Record<PropertyKey, unknown>)[key], copy as unknown);
    for (const key of issue.keys) delete (parent as Record<string, unknown>)[key];
  }
  return copy;
}
