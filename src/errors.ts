/** Exit codes of the command line, as the README lists them. */
export const EXIT_CODES = {
  ok: 0,
  bug: 1,
  usage: 2,
  invalid_input: 3,
  not_converged: 4,
  check_failed: 5,
  interrupted: 130,
} as const;

/** Every code an error of this project can carry, with the exit code that the command line gives it. */
const ERROR_CODES = {
  E_USAGE: EXIT_CODES.usage,
  E_INVALID: EXIT_CODES.invalid_input,
  E_NOT_FOUND: EXIT_CODES.invalid_input,
  E_NOT_JSON: EXIT_CODES.invalid_input,
  E_KIND: EXIT_CODES.invalid_input,
  E_VERSION: EXIT_CODES.invalid_input,
  E_TRUNCATED: EXIT_CODES.invalid_input,
  E_DAMAGED: EXIT_CODES.invalid_input,
  E_DATA: EXIT_CODES.invalid_input,
  E_SHAPE: EXIT_CODES.invalid_input,
  E_EXPRESSION: EXIT_CODES.invalid_input,
  E_ENGINE: EXIT_CODES.invalid_input,
  E_RUN_MISMATCH: EXIT_CODES.invalid_input,
  E_PILOT: EXIT_CODES.invalid_input,
  E_WRITE: EXIT_CODES.invalid_input,
  E_LIMIT: EXIT_CODES.invalid_input,
  E_NOT_CONVERGED: EXIT_CODES.not_converged,
  E_CHECK_FAILED: EXIT_CODES.check_failed,
  E_INTERRUPTED: EXIT_CODES.interrupted,
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** One thing that is wrong: where (a dotted path, empty for the whole input) and what, in one sentence. */
export interface Issue {
  readonly path: string;
  readonly message: string;
  /** Of the file, from 1, where it is known and the file has more than one. */
  readonly line?: number;
}

/**
 * The one error class of the project: a stable code, the fields a program needs, one sentence, and the remedy.
 *
 * @example
 * throw new HjbLrError('E_NOT_FOUND', 'No file at pilot.json.', { remedy: 'Check the path.', fields: { path: 'pilot.json' } });
 */
export class HjbLrError extends Error {
  override readonly name = 'HjbLrError';
  readonly code: ErrorCode;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly remedy: string;
  readonly issues: readonly Issue[];

  constructor(
    code: ErrorCode,
    sentence: string,
    detail: { remedy: string; fields?: Record<string, unknown>; issues?: readonly Issue[]; cause?: unknown },
  ) {
    super(sentence, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = code;
    this.fields = detail.fields ?? {};
    this.remedy = detail.remedy;
    this.issues = detail.issues ?? [];
  }

  get exitCode(): number {
    return ERROR_CODES[this.code];
  }

  /** The whole error for a human: the sentence, every issue on a line of its own, the remedy last. */
  describe(): string {
    const issues = this.issues.map(({ path, line, message }) => {
      const place = line === undefined ? '' : ` (line ${line})`;
      return `  - ${path === '' ? '(file)' : path}${place}: ${message}`;
    });
    return [this.message, ...issues, this.remedy].filter((line) => line !== '').join('\n');
  }

  toJSON(): Record<string, unknown> {
    const { code, message, fields, remedy, issues } = this;
    return { code, message, fields, remedy, issues };
  }
}

/**
 * Runs an action on a file: an error of ours that names no file yet names this one.
 *
 * @example
 * await namingFile('experiment.json', () => createModel(...)); // "experiment.json: Layer 1 (dense) gives [7] ..."
 */
export async function namingFile<Result>(file: string, action: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    throw error instanceof HjbLrError ? withFile(error, file) : error;
  }
}

function withFile(error: HjbLrError, file: string): HjbLrError {
  if (error.fields['file'] !== undefined) return error;
  const { code, message, remedy, fields, issues } = error;
  return new HjbLrError(code, `${file}: ${message}`, { remedy, fields: { ...fields, file }, issues, cause: error });
}

/** Runs an action whose errors are about a text: an issue of ours that has a place in it gets its line. */
export async function namingLines<Result>(
  lineOf: (path: string) => number | null,
  action: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    throw error instanceof HjbLrError ? withLines(error, lineOf) : error;
  }
}

function withLines(error: HjbLrError, lineOf: (path: string) => number | null): HjbLrError {
  const { code, message, remedy, fields } = error;
  const issues = error.issues.map((issue) => {
    const line = issue.line ?? lineOf(issue.path);
    return line === null ? issue : { ...issue, line };
  });
  return new HjbLrError(code, message, { remedy, fields, issues, cause: error });
}
