/**
 * `monotone`: upwind differences and implicit Euler, an M-matrix at every node: first order, unconditionally stable, and
 * convergent to the viscosity solution (Barles & Souganidis 1991).
 * `accurate`: central differences where diffusion dominates, by weights that are continuous in the control; beyond, upwind
 * differences without their leading error, limited; BDF2 in time after one step of implicit Euler. Second order where the
 * solution is smooth, not monotone.
 */
export type Scheme = 'monotone' | 'accurate';

/** What a scheme claims; tests hold it to that, and error estimates read it. */
export interface DeclaredScheme {
  readonly name: Scheme;
  /** Of the error, where the solution is smooth. */
  readonly timeOrder: 1 | 2;
  readonly spaceOrder: 1 | 2;
  /** Whether the value at a node never falls where another one, or a level before, rises. */
  readonly isMonotone: boolean;
}

export const SCHEMES: Readonly<Record<Scheme, DeclaredScheme>> = {
  monotone: { name: 'monotone', timeOrder: 1, spaceOrder: 1, isMonotone: true },
  accurate: { name: 'accurate', timeOrder: 2, spaceOrder: 2, isMonotone: false },
};

/** Of the error as nodes and levels are refined together. */
export function orderOf(scheme: Scheme): 1 | 2 {
  const { timeOrder, spaceOrder } = SCHEMES[scheme];
  return timeOrder === 2 && spaceOrder === 2 ? 2 : 1;
}
