import type { Boundary } from '../problem/control-problem.js';
import type { Lattice } from './lattice.js';

/** What a node is along one axis: no face, or what its face says. A state constraint is a matter of the controls. */
export type FaceKind = 'inner' | 'natural' | 'reflecting' | 'linear' | 'dirichlet' | 'slope';

export function faceKind({ axes, shape }: Lattice, d: number, j: number): FaceKind {
  const { boundary } = axes[d];
  if (j > 0 && j < shape[d] - 1) return 'inner';
  return kindOf(boundary[j === 0 ? 0 : 1]);
}

function kindOf(boundary: Boundary): FaceKind {
  if (typeof boundary === 'object') return 'dirichlet' in boundary ? 'dirichlet' : 'slope';
  if (boundary === 'periodic') return 'inner';
  return boundary === 'state_constraint' ? 'natural' : boundary;
}
