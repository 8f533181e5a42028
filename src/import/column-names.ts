import type { Issue } from '../errors.js';
import { dataError, listed } from '../formats/problem.js';
import type { ReadOptions } from './log-reader.js';

/** Our columns, and the names that trainers give them, the surest first; compared without case and punctuation. */
const NAMES: Readonly<Record<string, readonly RegExp[]>> = {
  update: [
    /^updates?$/,
    /^(trainer_)?global_?step$/,
    /^train(ing)?_(global_)?steps?$/,
    /^steps?$/,
    /^(iter|iters|iterations?|n_iter|num_updates|update_step)$/,
    /^_step$/,
    /^batch(_idx|es)?$/,
  ],
  lr: [/^((train|optim|optimizer|opt|trainer)_)?(lr|learning_?rate)$/, /^(lr|learning_rate)_\w+$/, /^rate$/],
  train_robust_loss: [
    /^(train(ing)?_)?(robust|adv|adversarial)_loss(_step)?$/,
    /^(train(ing)?_)?loss_(robust|adv|adversarial)(_step)?$/,
    /^(robust|adv|adversarial)_train(ing)?_loss$/,
  ],
  train_loss: [/^train(ing)?_loss(_step|_batch)?$/, /^(train_)?(batch|minibatch|step)_loss$/, /^loss(_step)?$/],
  val_loss: [/^(val|valid|validation|eval)_loss$/],
  val_robust_loss: [/^(val|valid|validation|eval)_(robust|adv|adversarial)_loss$/],
  epoch: [/^(current_)?epochs?$/],
  grad_norm: [/^((train|trainer)_)?(grad|gradient)_norm$/],
};

/** Places of our columns in a file: our name, then the file's. */
export interface NamedColumns {
  readonly names: ReadonlyMap<string, string>;
  /** What was taken for what, where it was not our name. */
  readonly notes: readonly string[];
}

/**
 * The file's column for each of ours: the one that the map gives, else the one of our name, else the one whose name means
 * the same; every other column under its own name. A `loss` is that at the perturbed inputs where the training had an attack.
 *
 * @throws E_DATA with every column of the map that is missing or stands twice, and for names that may mean the same
 */
export function namedColumns(
  theirs: readonly string[],
  { columns: map = {}, attacked = false }: ReadOptions,
  file: string,
): NamedColumns {
  const issues = mapIssues(theirs, map);
  if (issues.length > 0) {
    throw dataError(file, `its columns are: ${listed(theirs)}`, 'Name columns that are there.', issues);
  }
  const names = new Map(Object.entries(map));
  for (const ours of Object.keys(NAMES)) {
    const free = theirs.filter((name) => ![...names.values()].includes(name));
    const found = names.has(ours) ? undefined : meant(ours, free, file);
    if (found !== undefined) names.set(ours, found);
  }
  if (attacked && !('train_loss' in map) && !names.has('train_robust_loss') && names.has('train_loss')) {
    names.set('train_robust_loss', names.get('train_loss')!);
    names.delete('train_loss');
  }
  const taken = [...names].filter(([ours, name]) => ours !== name && !(ours in map));
  const notes = taken.map(([ours, name]) => `${ours} is the column "${name}"`);
  const used = new Set(names.values());
  for (const name of theirs) if (!used.has(name) && !names.has(name)) names.set(name, name);
  return { names, notes };
}

/** The one column that means ours. */
function meant(ours: string, theirs: readonly string[], file: string): string | undefined {
  if (theirs.includes(ours)) return ours;
  for (const pattern of NAMES[ours]) {
    const found = theirs.filter((name) => pattern.test(plain(name)));
    if (found.length === 1) return found[0];
    if (found.length > 1 && ours !== 'epoch' && ours !== 'grad_norm' && !ours.startsWith('val_')) {
      throw ambiguous(ours, found, file);
    }
  }
  return undefined;
}

function ambiguous(ours: string, found: readonly string[], file: string): Error {
  const issue = { path: ours, message: `may be any of: ${listed(found)}` };
  return dataError(file, `more than one column may be ${ours}`, `Say which: --columns "${ours}=${found[0]}".`, [issue]);
}

/** Of `train/Loss`, train_loss; of a chart's `run 7 - loss`, loss. */
function plain(name: string): string {
  const last = name.split(' - ').at(-1)!;
  return last
    .trim()
    .toLowerCase()
    .replaceAll(/[\s./:-]+/g, '_');
}

function mapIssues(theirs: readonly string[], map: Readonly<Record<string, string>>): Issue[] {
  return Object.entries(map).flatMap(([ours, name]): Issue[] => {
    const count = theirs.filter((other) => other === name).length;
    const message = count === 0 ? `no column "${name}"` : `more than one column "${name}"`;
    return count === 1 ? [] : [{ path: `columns.${ours}`, message }];
  });
}
