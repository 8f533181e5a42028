import { RELAXED_SIMD, SIMD } from './generated.js';

/** What the module exports (assembly/); places are bytes of its memory, `at` the place of a block of fields. */
export interface FusedExports {
  multiply(at: number, a: number, c: number, mask: number, rows: number): void;
  weightGradient(
    at: number,
    a: number,
    d: number,
    rows: number,
    columns: number,
    weights: number,
    bias: number,
    atOnce: number,
    scratch: number,
  ): void;
  pack(weights: number, k: number, columns: number, panels: number): void;
  packTransposed(
    weights: number,
    rows: number,
    columns: number,
    panels: number,
    k: number,
    row: number,
    column: number,
  ): void;
  maxPool(at: number, x: number, y: number, index: number, examples: number): void;
  maxPoolGradient(at: number, d: number, mask: number, index: number, dx: number, examples: number): void;
  meanPool(at: number, x: number, y: number, examples: number): void;
  meanPoolGradient(at: number, d: number, dx: number, examples: number): void;
  fillZero(place: number, bytes: number): void;
  transfer(
    from: number,
    fromRow: number,
    fromExample: number,
    to: number,
    toRow: number,
    toExample: number,
    examples: number,
    rows: number,
    length: number,
    mean: number,
    deviation: number,
  ): void;
  applyRelu(place: number, bytes: number): void;
  applyMask(gradients: number, values: number, bytes: number): void;
  ascend(x: number, clean: number, g: number, bytes: number, alpha: number, radius: number): void;
}

/** The smallest module with the relaxed multiply-add: () -> relaxed_madd(0, 0, 0) as v128. */
const RELAXED_PROBE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0],
  ...[10, 19, 1, 17, 0, 65, 0, 253, 17, 65, 0, 253, 17, 65, 0, 253, 17, 253, 133, 2, 11],
);

export type FusedKernel = 'simd' | 'relaxed-simd';

/** The build that runs here: multiply-add with one rounding (Node 22 and later), or multiply, then add. */
export const FUSED_KERNEL: FusedKernel = WebAssembly.validate(RELAXED_PROBE) ? 'relaxed-simd' : 'simd';

/** The machine code of that build, in base64. */
export const FUSED_CODE: string = FUSED_KERNEL === 'simd' ? SIMD : RELAXED_SIMD;

const compiled = new Map<FusedKernel, WebAssembly.Module>();

/** The module of a build, compiled once, on a memory. */
export function fusedExports(memory: WebAssembly.Memory, kernel: FusedKernel): FusedExports {
  const module = compiled.get(kernel) ?? new WebAssembly.Module(decoded(kernel === 'simd' ? SIMD : RELAXED_SIMD));
  compiled.set(kernel, module);
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as FusedExports;
}

function decoded(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
