/**
 * The law of a sample [x, label, delta^0]: data and random start together. The data are a mixture of affine images of
 * standard normals; a component without normals is a point. The start is uniform on a ball, on its own.
 */
export interface SampleLaw {
  /** Length of a sample. */
  readonly dimension: number;
  /** Of these, data. */
  readonly data: number;
  readonly components: readonly Component[];
  readonly start: RandomStart | null;
}

/** mean + root * (standard normals), with this probability. */
export interface Component {
  readonly weight: number;
  readonly mean: Float64Array;
  /** Columns of the root of the covariance, as many as it has rank. */
  readonly root: readonly Float64Array[];
}

export interface RandomStart {
  readonly norm: 'Linf' | 'L2';
  readonly eps: number;
  readonly size: number;
}

/** Whether the law has atoms alone, so that expectations are sums. */
export function hasAtomsAlone(law: SampleLaw): boolean {
  return law.start === null && law.components.every(({ root }) => root.length === 0);
}
