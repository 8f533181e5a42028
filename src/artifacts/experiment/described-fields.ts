import { z } from 'zod';
import { experimentFileSchema } from './experiment.js';

/** A field of an experiment as it stands there, and what the schema says of it. */
export interface DescribedField {
  readonly path: string;
  readonly value: unknown;
  readonly description: string;
}

type Schema = z.core.JSONSchema.JSONSchema;

/** Every field that an experiment names, in its order, with the description that editors show; those of a list once. */
export function describedFields(experiment: Readonly<Record<string, unknown>>): DescribedField[] {
  return fieldsOf(experiment, z.toJSONSchema(experimentFileSchema, { io: 'input' }), '');
}

function fieldsOf(value: unknown, schema: Schema, path: string): DescribedField[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const { properties = {} } = formOf(value, schema);
  return Object.entries(value).flatMap(([key, own]) => {
    const field = properties[key] as Schema | undefined;
    if (field === undefined) return [];
    const at = path === '' ? key : `${path}.${key}`;
    const inner = fieldsOf(own, field, at);
    const { description } = field;
    return [...(description === undefined ? [] : [{ path: at, value: own, description }]), ...inner];
  });
}

/** Of the forms that a field may take, the one whose fixed members the value has. */
function formOf(value: object, schema: Schema): Schema {
  const forms = (schema.anyOf ?? schema.oneOf ?? []) as Schema[];
  if (forms.length === 0) return schema;
  const fitting = forms.filter(
    (form) => form.type === 'object' || form.anyOf !== undefined || form.oneOf !== undefined,
  );
  const found = fitting.find(({ properties = {} }) =>
    Object.entries(value).every(([key, own]) => {
      const field = properties[key] as Schema | undefined;
      return field !== undefined && (field.const === undefined || field.const === own);
    }),
  );
  if (found !== undefined) return found;
  const nested = fitting.find(({ anyOf, oneOf }) => anyOf !== undefined || oneOf !== undefined);
  return nested === undefined ? schema : formOf(value, nested);
}
