/** The control of every node: the piece it lies in, its place there, and the worst scenario under it. */
export interface PolicyState {
  readonly control: Float64Array;
  readonly piece: Int32Array;
  readonly scenario: Int32Array;
  /** The discrete Hamiltonian under it. */
  readonly hamiltonian: Float64Array;
}

export function emptyPolicy(size: number): PolicyState {
  return {
    control: new Float64Array(size),
    piece: new Int32Array(size),
    scenario: new Int32Array(size),
    hamiltonian: new Float64Array(size),
  };
}
