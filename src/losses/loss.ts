import type { Loss } from '../networks/loss.js';

/** A loss of the family: what it computes, and where files may name it. */
export interface LossMould extends Loss {
  /** As the description of an attack calls it. */
  readonly words: string;
  /** Whether weights may be trained to lower it. */
  readonly trains: boolean;
  /** Whether an attack may raise it in place of the training loss. */
  readonly raised: boolean;
  /** The classes that it needs, beyond the two of every data set. */
  readonly needs: ClassesNeeded | null;
}

/** Its sentence to those who have fewer: `NAME because, and there are N classes: instead`. */
export interface ClassesNeeded {
  readonly classes: number;
  readonly because: string;
  readonly instead: string;
}
