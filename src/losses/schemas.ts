import { z } from 'zod';
import { allLosses, type LOSSES } from './index.js';

type Use = 'trains' | 'raised';
type Named<U extends Use> = {
  [Name in keyof typeof LOSSES]: (typeof LOSSES)[Name][U] extends true ? Name : never;
}[keyof typeof LOSSES];

export type LossName = Named<'trains'>;
export type AttackLossName = Named<'raised'>;

/** What the weights lower and the attack raises. Made when the first schema of a file is. */
export const trainingLoss = () => z.enum(namesFor('trains'));

/** What an attack raises, where it is not the training loss. */
export const attackLoss = () => z.enum(namesFor('raised'));

/** Registered names are accepted as the built-in ones, whose types alone are known here. */
function namesFor<U extends Use>(use: U): Named<U>[] {
  const all = Object.values(allLosses()).filter((loss) => loss[use]);
  return all.map(({ name }) => name as Named<U>);
}
