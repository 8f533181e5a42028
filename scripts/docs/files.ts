import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PACKAGE_ROOT } from '../../src/version.js';

/** What is read of a JSON Schema. */
interface Schema {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

/** Fields deeper than this are left to the schema itself. */
const DEEPEST = 3;

/** Longest default that is written out. */
const LONGEST_DEFAULT = 40;

/** The reference pages of the files by name: an index, and a page for each kind with its fields, from the schemas. */
export function filePages(): Record<string, string> {
  const folder = path.join(PACKAGE_ROOT, 'schema');
  const kinds = readdirSync(folder)
    .filter((name) => name.endsWith('.schema.json'))
    .map((name) => name.replace('.schema.json', ''));
  const pages = kinds.map((kind) => {
    const schema = JSON.parse(readFileSync(path.join(folder, `${kind}.schema.json`), 'utf8')) as Schema;
    return [`${kind}.md`, page(kind, schema)] as const;
  });
  return { 'files.md': index(kinds), ...Object.fromEntries(pages) };
}

function index(kinds: readonly string[]): string {
  const intro = 'Every kind of file has a JSON Schema in `schema/`. These pages list their fields.';
  return ['# Files', '', intro, '', ...kinds.map((kind) => `- [${kind}](${kind}.md)`), ''].join('\n');
}

function page(kind: string, schema: Schema): string {
  return [
    `# ${kind}`,
    '',
    `The fields of [its schema](../../schema/${kind}.schema.json). A dot leads into an object, \`[]\` into the entries of a list. A field`,
    'that may have several forms has the fields of all of them.',
    '',
    '| field | type | |',
    '|---|---|---|',
    ...new Set(rows(schema, '', 1)),
    '',
  ].join('\n');
}

function rows(schema: Schema, prefix: string, depth: number): string[] {
  const forms = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => [
    row(`${prefix}${name}`, field, schema.required?.includes(name) ?? false),
    ...(depth < DEEPEST ? rows(field, `${prefix}${name}.`, depth + 1) : []),
  ]);
  const entries = schema.items === undefined ? [] : rows(schema.items, `${prefix.slice(0, -1)}[].`, depth);
  return [...fields, ...forms.flatMap((form) => rows(form, prefix, depth)), ...entries];
}

function row(name: string, field: Schema, isRequired: boolean): string {
  const known = field.default === undefined ? '' : JSON.stringify(field.default);
  const given = known === '' || known.length > LONGEST_DEFAULT ? '' : ` Default: \`${known}\`.`;
  const text = `${field.description ?? ''}${given}`.replace(/[|<>{}]/g, (c) => `\\${c}`).replace(/\s+/g, ' ');
  return `| \`${name}\`${isRequired ? '' : ' (optional)'} | ${typeOf(field)} | ${text} |`;
}

function typeOf(field: Schema): string {
  if (field.const !== undefined) return `\`${JSON.stringify(field.const)}\``;
  if (field.enum !== undefined) return field.enum.map((value) => `\`${JSON.stringify(value)}\``).join(', ');
  const forms = [...(field.anyOf ?? []), ...(field.oneOf ?? [])];
  if (forms.length > 0) return [...new Set(forms.map(typeOf))].join(' or ');
  if (field.type === 'array') return field.items === undefined ? 'list' : `list of ${typeOf(field.items)}`;
  return typeof field.type === 'string' ? field.type : 'any';
}
