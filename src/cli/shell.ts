/** An argument as a shell would take it back. */
export function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}

/** A command line that can be pasted. */
export function commandLineOf(...parts: readonly string[]): string {
  return ['hjb-lr', ...parts.map(quoted)].join(' ');
}
