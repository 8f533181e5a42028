import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { readJson } from '../../artifacts/files.js';
import { HjbLrError } from '../../errors.js';

/** What a report can be made of. */
export type SourceKind = 'results' | 'training_log' | 'policy' | 'solution' | 'sde_analysis';

export interface Source {
  readonly kind: SourceKind;
  readonly file: string;
}

/** The files of a folder that a report is made of: the first group of these that is there. */
const IN_FOLDER: readonly (readonly (readonly [kind: SourceKind, name: string])[])[] = [
  [['results', 'results.json']],
  [['sde_analysis', 'sde.json']],
  [
    ['solution', 'solution.json'],
    ['policy', 'policy.json'],
  ],
];

/**
 * Files to report on, from files and folders.
 * @throws E_NOT_FOUND for what is not there, and for a folder without such files; E_KIND for a file of another kind
 */
export async function sourcesOf(paths: readonly string[]): Promise<Source[]> {
  const found = await Promise.all(
    paths.map(async (place) => ((await isFolder(place)) ? inFolder(place) : [await ofFile(place)])),
  );
  return found.flat();
}

async function isFolder(place: string): Promise<boolean> {
  const found = await stat(place).catch((cause: unknown) => {
    throw new HjbLrError('E_NOT_FOUND', `There is no ${place}.`, {
      remedy: 'Give a file or folder that an hjb-lr command wrote.',
      fields: { file: place },
      cause,
    });
  });
  return found.isDirectory();
}

async function inFolder(folder: string): Promise<Source[]> {
  const names = await readdir(folder);
  const group = IN_FOLDER.map((files) => files.filter(([, name]) => names.includes(name))).find(
    ({ length }) => length > 0,
  );
  if (group !== undefined) return group.map(([kind, name]) => ({ kind, file: path.join(folder, name) }));
  const logs = names.filter((name) => name.endsWith('.jsonl')).sort();
  if (logs.length > 0) return logs.map((name) => ({ kind: 'training_log', file: path.join(folder, name) }));
  throw new HjbLrError('E_NOT_FOUND', `${folder} holds nothing that a report is made of.`, {
    remedy: 'Give a folder with results.json, sde.json, solution.json, policy.json or training logs (.jsonl), or one of these files.', // prettier-ignore
    fields: { folder },
  });
}

const KINDS: readonly SourceKind[] = ['results', 'policy', 'solution', 'sde_analysis'];

async function ofFile(file: string): Promise<Source> {
  if (file.endsWith('.jsonl')) return { kind: 'training_log', file };
  const found = ((await readJson(file)) as { kind?: unknown } | null)?.kind;
  const kind = KINDS.find((one) => one === found);
  if (kind !== undefined) return { kind, file };
  throw new HjbLrError(
    'E_KIND',
    `A report is not made of ${file}${typeof found === 'string' ? `, a file of kind "${found}"` : ', which has no kind'}.`,
    {
      remedy: 'Give results, a policy, a solution, sde.json, a training log (.jsonl), or a folder that holds them.',
      issues: [{ path: 'kind', message: `expected one of ${KINDS.map((one) => `"${one}"`).join(', ')}` }],
      fields: { file, found },
    },
  );
}
