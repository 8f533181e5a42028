import { z } from 'zod';

/** What made a file; stages add what they were made from. */
export const provenanceSchema = z
  .looseObject({
    tool: z.string().describe('Name of the program that wrote the file.'),
    tool_version: z.string().describe('Version of the program that wrote the file.'),
  })
  .describe('Program that wrote the file, and the inputs that the file was made from.');
