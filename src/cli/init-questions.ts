import { createInterface } from 'node:readline/promises';

/** One question of `hjb-lr init`: what is asked, and what an empty answer means. */
export interface Question {
  readonly name: string;
  readonly text: string;
  readonly fallback: string;
  /** The only answers, where there are few. */
  readonly choices?: readonly string[];
}

/** Where questions are put and answered. */
interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
}

/**
 * Answers by name: what was given, what is answered on a terminal, and without one the fallbacks. An answer that is none of the
 * choices is asked for again.
 */
export async function answered(
  questions: readonly Question[],
  given: Readonly<Record<string, string | undefined>>,
  { input, output }: Terminal = { input: process.stdin, output: process.stderr },
): Promise<Record<string, string>> {
  const open = questions.filter(({ name }) => given[name] === undefined);
  const answers = Object.fromEntries(questions.map(({ name, fallback }) => [name, given[name] ?? fallback]));
  if (open.length === 0 || input.isTTY !== true) return answers;
  const lines = createInterface({ input, output });
  try {
    for (const question of open) answers[question.name] = await ask(question, (text) => lines.question(text));
    return answers;
  } finally {
    lines.close();
  }
}

/** @param put - puts a question and gives the line that is typed */
export async function ask(
  { text, fallback, choices }: Question,
  put: (text: string) => Promise<string>,
): Promise<string> {
  for (;;) {
    const of = choices === undefined ? '' : ` (${choices.join(', ')})`;
    const answer = (await put(`${text}${of} [${fallback}]: `)).trim();
    if (answer === '') return fallback;
    if (choices === undefined || choices.includes(answer)) return answer;
  }
}
