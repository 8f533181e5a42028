import { z } from 'zod';

const source = z.union([z.string(), z.array(z.string())]);
const metadata = z.record(z.string(), z.unknown());
const id = z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/);
const mimeBundle = z.record(z.string(), z.unknown());

const outputSchema = z.discriminatedUnion('output_type', [
  z.strictObject({ output_type: z.literal('stream'), name: z.string(), text: source }),
  z.strictObject({ output_type: z.literal('display_data'), data: mimeBundle, metadata }),
  z.strictObject({
    output_type: z.literal('execute_result'),
    data: mimeBundle,
    metadata,
    execution_count: z.int().nullable(),
  }),
  z.strictObject({
    output_type: z.literal('error'),
    ename: z.string(),
    evalue: z.string(),
    traceback: z.array(z.string()),
  }),
]);

const cellSchema = z.discriminatedUnion('cell_type', [
  z.strictObject({ cell_type: z.literal('markdown'), id, metadata, source }),
  z.strictObject({
    cell_type: z.literal('code'),
    id,
    metadata,
    source,
    execution_count: z.int().nullable(),
    outputs: z.array(outputSchema),
  }),
]);

/** Jupyter's notebook format 4.5, as far as these notebooks use it (nbformat/v4/nbformat.v4.5.schema.json). */
export const notebookSchema = z.strictObject({
  nbformat: z.literal(4),
  nbformat_minor: z.literal(5),
  metadata: z.looseObject({
    kernelspec: z.looseObject({ name: z.string(), display_name: z.string() }),
    language_info: z.looseObject({ name: z.string() }),
  }),
  cells: z.array(cellSchema).min(1),
});

export type Notebook = z.output<typeof notebookSchema>;
export type Cell = Notebook['cells'][number];
export type CodeCell = Extract<Cell, { cell_type: 'code' }>;

/** A cell's text, however it is stored. */
export function textOf({ source: text }: Pick<Cell, 'source'>): string {
  return typeof text === 'string' ? text : text.join('');
}

/** The first heading. */
export function titleOf({ cells }: Notebook): string {
  const headings = cells.flatMap((cell) =>
    cell.cell_type === 'markdown' ? (/^# (.+)$/m.exec(textOf(cell)) ?? []) : [],
  );
  return headings[1] ?? 'notebook';
}
