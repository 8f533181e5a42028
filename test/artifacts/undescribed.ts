/** A JSON Schema, as far as the walk below looks at it. */
export interface JsonSchema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly prefixItems?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

/** The properties of a schema, at any depth, by dotted path: each with its description or null. */
export function propertiesOf(schema: JsonSchema, path: readonly string[] = []): Map<string, string | null> {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, property]): [string, string | null][] => {
    const at = [...path, name];
    return [[at.join('.'), property.description ?? null], ...propertiesOf(property, at)];
  });
  return new Map([
    ...own,
    ...innerSchemas(schema).flatMap(([step, inner]) => [...propertiesOf(inner, [...path, step])]),
  ]);
}

/** Every schema inside another one but for its properties, with a word for the way there. */
function innerSchemas(schema: JsonSchema): [string, JsonSchema][] {
  const { items, additionalProperties: values, prefixItems = [], $defs = {} } = schema;
  const forms = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  return [
    ...(items === undefined ? [] : ([['[]', items]] as [string, JsonSchema][])),
    ...(typeof values === 'object' ? ([['{}', values]] as [string, JsonSchema][]) : []),
    ...prefixItems.map((inner, i): [string, JsonSchema] => [`[${i}]`, inner]),
    ...forms.map((inner, i): [string, JsonSchema] => [`form ${i + 1}`, inner]),
    ...Object.entries($defs).map(([name, inner]): [string, JsonSchema] => [`$defs ${name}`, inner]),
  ];
}

/** Paths of the properties that have no description. */
export function undescribed(schema: JsonSchema): string[] {
  return [...propertiesOf(schema)].filter(([, description]) => description === null).map(([path]) => path);
}
