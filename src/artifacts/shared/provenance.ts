import { z } from 'zod';

/** What made a file; stages add what they were made from. */
export const provenanceSchema = z.looseObject({ tool: z.string(), tool_version: z.string() });
