import path from 'node:path';
import { readArtifact } from '../../artifacts/files.js';
import { outlineTrainingLog } from '../../artifacts/log-file.js';
import type { ArtifactKind } from '../../artifacts/schemas.js';
import { HjbLrError } from '../../errors.js';
import type { Ledger } from '../../execution/ledger.js';

/** Kinds of the JSON files of a run, by their names. */
const KINDS: Readonly<Record<string, ArtifactKind>> = {
  'coefficients.json': 'coefficients',
  'solution.json': 'solution',
  'policy.json': 'policy',
  'policy-hjb.json': 'policy',
  'results.json': 'results',
};

/**
 * Why a file that no digest is recorded of cannot be believed: by its schema, its own digest, and the place where it lies.
 * @returns null for one that can, and for files of other names
 */
export async function unrecordedTrouble(
  out: string,
  file: string,
  { records }: Pick<Ledger, 'records'>,
): Promise<string | null> {
  const kind = KINDS[path.basename(file)];
  try {
    if (file.endsWith('.jsonl')) {
      const { header } = await outlineTrainingLog(path.join(out, file));
      const isKnown = records.some(({ sha256 }) => sha256 === header.record?.sha256);
      if (!isKnown) return 'it was made from something else than this run';
      return isInPlace(file, header.run_id) ? null : `it is the log of ${header.run_id}`;
    }
    if (kind === undefined) return null;
    const artifact = await readArtifact(kind, path.join(out, file));
    return troubleOfSeed(file, (artifact as { readonly provenance: Provenance }).provenance);
  } catch (error) {
    if (error instanceof HjbLrError) return error.message;
    throw error;
  }
}

/** Where the logs of a run lie, by its name: the end of their path. */
export function placeOf(runId: string): string | null {
  const [family, first, second] = runId.split('/');
  if (family === 'train' && second !== undefined) return `logs/${first}/seed-${second}.jsonl`;
  if (family === 'pilot' && second !== undefined) return `trajectories/${second}.jsonl`;
  return family === 'reading' && first !== undefined ? `seeds/${first}/reading.jsonl` : null;
}

function isInPlace(file: string, runId: string): boolean {
  const [family, seed] = runId.split('/');
  const place = placeOf(runId);
  const isSeeded = family !== 'pilot' || !file.startsWith('seeds/') || file.startsWith(`seeds/${seed}/`);
  // A run of `hjb-lr train` lies in its folder under a name of its own.
  return place === null || !file.includes('/') || (file.endsWith(place) && isSeeded);
}

interface Provenance {
  readonly pilot_runs?: readonly { readonly run_id?: string }[];
  readonly decision?: unknown;
}

/** What tells the files of a seed from those of another, and its two policies apart. */
function troubleOfSeed(file: string, { pilot_runs: runs = [], decision }: Provenance): string | null {
  const seed = /(?:^|\/)seeds\/(\d+)\/[^/]+\.json$/.exec(file)?.[1];
  if (seed === undefined) return null;
  if (runs.some(({ run_id: id = '' }) => !id.startsWith(`pilot/${seed}/`)))
    return 'it was made from the logs of another seed';
  if (file.endsWith('/policy.json') && decision === undefined) return 'it is not the policy that was decided';
  return file.endsWith('/policy-hjb.json') && decision !== undefined ? 'it is not the unguarded policy' : null;
}
