import { z } from 'zod';

/** Schema versions of this release by the kind of file; all others are 1.0.0. A reader refuses a higher major version. */
const SCHEMA_VERSIONS: Readonly<Record<string, string>> = { policy: '2.0.0', training_log: '2.0.0' };

/** The schema version that this release writes into files of a kind. */
export function schemaVersionOf(kind: string): string {
  return SCHEMA_VERSIONS[kind] ?? '1.0.0';
}

/** Fields of a file, or of a row, that depend on the clock or the machine: outside every hash and every bit-for-bit comparison. */
export const VOLATILE_FIELDS: readonly string[] = ['created_at', 'started_at', 'wall_s', 'seconds', 'host'];

export const finite = z.number();
export const positive = z.number().positive();
export const nonnegative = z.number().nonnegative();
export const fraction = z.number().min(0).max(1);
export const count = z.int().nonnegative();
export const positiveCount = z.int().positive();
export const timestamp = z.iso.datetime();

const version = z.string().regex(/^\d+\.\d+\.\d+$/);

/** The `schema_version` of a file that a user writes, which must name it. */
export const requiredVersion = version.describe('Version of the schema that the file follows, for example 1.0.0.');

/** The `schema_version` of a file of that kind. */
export function versionField(kind: string) {
  return version
    .default(schemaVersionOf(kind))
    .describe('Version of the schema that the file follows. A reader refuses a higher major version.');
}

export const createdAt = timestamp.optional().describe('Time at which the file was written, in ISO 8601 and UTC.');
export const digestField = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .optional()
  .describe(
    'SHA-256 of the canonical JSON of this file without this field: the file is refused where it is not. A file that is written by hand has none.',
  );
export const editorSchema = z
  .string()
  .optional()
  .describe('Path or URL of the JSON Schema of this file, by which editors complete and check it.');

/** The field that tells the kinds of files apart. */
export function kind<Kind extends string>(name: Kind) {
  return z.literal(name).describe('Kind of this file, which tells a reader what the file holds.');
}

/** A grid: strictly increasing numbers. */
export const increasing = z.array(finite).min(1).refine(isIncreasing, { error: 'must increase strictly' });

/** For lists that must be in order. */
export function isIncreasing(values: readonly number[]): boolean {
  return values.every((value, i) => i === 0 || value > values[i - 1]);
}

/** A list of these items, none twice. */
export function distinct<Item extends z.ZodType>(item: Item) {
  return z
    .array(item)
    .refine((values) => new Set(values).size === values.length, { error: 'must not name the same value twice' })
    .meta({ uniqueItems: true });
}
