import type { RandomStream } from '../../../src/math/random.js';

/** Values that a field may turn into. */
const JUNK: readonly unknown[] = [
  ...[null, true, '', 'x', 'infinite', 'periodic', 'log', [], {}, [[]], [null], { t: 0 }, { dirichlet: '1/x' }],
  ...[-1, 0, 1, 2, 3, 0.5, 1e-300, -1e300, 1e15, 7],
  ...['x^x^x', '1/0', 'log(-1)', '(', '2 cm', 'u', 't', 'a', 'exp(1e9)', '0*x/0', 'import("fs")', 'x; y', 'e', 'min()'],
  ...[
    [0, 1],
    [1, 0],
    ['x', 'u'],
    { slope: 't' },
    ['natural', 'linear'],
    [0, 0.5, 1],
    { levels: [0, 1] },
    JSON.parse('{"__proto__":1}'),
  ],
];

const CHARACTERS = '()+-*/^<>=!?:.,;#"\'[]{}0123456789eitxu ab\\\n%&|~@$_\u0000\u03b1\ud83d';

const PIECES = ['x', 'u', 't', '2', '*u', '+x', '-1', '/x', '^2', '(x)', '1/', '0*', 'exp(x)*', 'abs(', ')', 'a'];

/** A copy with one to three changes: a field replaced, removed, copied to another place, or a text edited. */
export function mutant<Value>(value: Value, random: RandomStream): unknown {
  const copy: { root: unknown } = { root: structuredClone(value) };
  for (let change = 0; change <= random.integer(3); change += 1) mutateOnce(copy, random);
  return copy.root;
}

interface Place {
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

/** Half of the changes are small, so that many mutants get beyond the schema. */
function mutateOnce(copy: { root: unknown }, random: RandomStream): void {
  const places = placesOf(copy as Record<string, unknown>).slice(1);
  if (places.length === 0) return;
  const leaves = places.filter(({ holder, key }) => ['string', 'number'].includes(typeof holder[key]));
  if (random.integer(2) === 0 && leaves.length > 0) changeLeaf(pick(leaves, random), random);
  else changeField(pick(places, random), places, random);
}

function changeLeaf({ holder, key }: Place, random: RandomStream): void {
  const leaf = holder[key];
  if (typeof leaf === 'string') holder[key] = edited(leaf, random);
  else holder[key] = Number(leaf) * pick([-1, 0, 0.5, 1.1, 2, 1e9], random);
}

function changeField({ holder, key }: Place, places: readonly Place[], random: RandomStream): void {
  const kind = random.integer(4);
  if (kind < 2) holder[key] = structuredClone(pick(JUNK, random));
  else if (kind === 2) removeFrom(holder, key);
  else {
    const from = pick(places, random);
    holder[key] = structuredClone(from.holder[from.key]);
  }
}

function placesOf(holder: Record<string, unknown>): Place[] {
  return Object.keys(holder).flatMap((key) => {
    const inner = holder[key];
    const below = typeof inner === 'object' && inner !== null ? placesOf(inner as Record<string, unknown>) : [];
    return [{ holder, key }, ...below];
  });
}

function removeFrom(holder: Record<string, unknown>, key: string): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[key];
}

/** A piece put in, in place of a character or between two. */
function edited(text: string, random: RandomStream): string {
  const at = random.integer(text.length + 1);
  const piece = random.integer(2) === 0 ? pick(PIECES, random) : CHARACTERS[random.integer(CHARACTERS.length)];
  return text.slice(0, at) + piece + text.slice(at + random.integer(2));
}

function pick<Item>(items: readonly Item[], random: RandomStream): Item {
  return items[random.integer(items.length)];
}
