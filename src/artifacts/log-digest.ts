import { createHash, type Hash } from 'node:crypto';
import { VOLATILE_FIELDS } from './shared/common.js';

/**
 * The digest of a training log: SHA-256 over the JSON of its header and of each row, in their order, each on a line of its own and
 * without its clock and host fields; of the end row without the digest itself. Equal runs have equal digests.
 */
export class LogDigest {
  readonly #hash: Hash = createHash('sha256');

  /** Takes in the header or the next row, with its fields in the order of the file. */
  add(row: object): void {
    this.#hash.update(`${JSON.stringify(stable(row))}\n`);
  }

  /** Of what was taken in so far. */
  value(): string {
    return this.#hash.copy().digest('hex');
  }

  /** Of all that was taken in, and this row. */
  with(row: object): string {
    return this.#hash
      .copy()
      .update(`${JSON.stringify(stable(row))}\n`)
      .digest('hex');
  }
}

function stable(row: object): object {
  const { sha256: _own, ...rest } = row as { readonly sha256?: unknown };
  return Object.fromEntries(Object.entries(rest).filter(([name]) => !VOLATILE_FIELDS.includes(name)));
}
