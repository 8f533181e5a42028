import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { writeFileAtomic } from './files.js';
import { prettyJson } from '../formats/pretty-json.js';
import { ARTIFACT_SCHEMAS } from './schemas.js';
import { logRowSchema } from './training-log/training-log.js';

/**
 * The published JSON Schema of every file, by file name. They describe what a reader accepts: a field that has a
 * default may be missing. What only code can check (`.refine`) is not in them.
 */
export function jsonSchemas(): Record<string, string> {
  const schemas = { ...ARTIFACT_SCHEMAS, training_log_row: logRowSchema };
  return Object.fromEntries(
    Object.entries(schemas).map(([kind, schema]) => [
      `${kind}.schema.json`,
      prettyJson(z.toJSONSchema(schema, { io: 'input' })),
    ]),
  );
}

/** Writes them into a folder. */
export async function generateSchemas(folder: string): Promise<string[]> {
  const files = Object.entries(jsonSchemas()).map(([name, text]) => [path.join(folder, name), text] as const);
  for (const [file, text] of files) await writeFileAtomic(file, text);
  return files.map(([file]) => file);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await generateSchemas(process.argv[2] ?? 'schema');
}
