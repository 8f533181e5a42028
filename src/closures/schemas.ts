import { z } from 'zod';
import { allClosures, type CLOSURES } from './index.js';

type Built = typeof CLOSURES;
export type ClosureName = keyof Built;
type FilterSchema = Built[ClosureName]['filterSchema'];

const all = Object.values(allClosures());

/** Registered names are accepted as the built-in ones, whose types alone are known here. */
export const CLOSURE_NAMES = all.map(({ name }) => name as ClosureName);

/** The filter of a closure, told by its `kind`; the recursions are documented where the closures are. */
export const filterSchema = z.discriminatedUnion(
  'kind',
  all.map((closure) => closure.filterSchema) as unknown as [FilterSchema, ...FilterSchema[]],
);

export type FilterSpec = z.output<typeof filterSchema>;

const nodes = z.int().min(5);
const axes = Object.assign({}, ...all.map((closure) => closure.axes)) as (typeof all)[number]['axes'];

/** Nodes of the solver's grid for each state of a closure. */
export const nodesSchema = z.strictObject(
  Object.fromEntries(
    Object.entries(axes).map(([state, { words, nodes: own, nodesLike }]) => {
      const there = `Number of nodes of the solver's grid along the closure's ${words}`;
      return nodesLike === undefined
        ? [state, nodes.default(own).describe(`${there}; ${own} by default.`)]
        : [state, nodes.optional().describe(`${there}; by default as many as along the state ${nodesLike}.`)];
    }),
  ) as Record<string, z.ZodOptional<typeof nodes>>,
);
