/** Text that is safe inside HTML and in attributes. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => entities[character]);
}

/** Escaped text in which `commands` between backticks are code. */
export function proseHtml(text: string): string {
  return escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}

/** JSON that cannot end the script element that holds it. */
export function embeddedJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

/** Where Plotly takes text for a piece of HTML, links included. */
const TEXTS: readonly string[] = ['name', 'text', 'ticktext', 'label', 'ticksuffix', 'tickprefix', 'meta'];

/** The same figure with every text as it is written: `<a href=...>` in a name is shown, not followed. */
export function withPlainTexts<Value>(value: Value, isText = false): Value {
  if (typeof value === 'string') return (isText ? plotlyText(value) : value) as Value;
  if (Array.isArray(value)) return value.map((entry: unknown) => withPlainTexts(entry, isText)) as Value;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  const entries = Object.entries(value).map(([key, entry]) => [
    key,
    withPlainTexts(entry as unknown, TEXTS.includes(key)),
  ]);
  return Object.fromEntries(entries) as Value;
}

/** A line break is the one piece of HTML that a text may ask for. */
function plotlyText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\n', '<br>');
}
