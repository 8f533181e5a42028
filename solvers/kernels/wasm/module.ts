import { KERNELS } from './generated.js';

/** What the module exports; pointers are bytes of its memory (../assembly). */
export interface KernelExports {
  lineForward(at: number, found: number, size: number, rest: number): void;
  lineBackward(at: number, found: number, size: number): void;
  batchForward(at: number, found: number, size: number, rest: number): void;
  batchBackward(at: number, found: number, size: number): void;
  lead(at: number): void;
  follow(at: number, id: number): void;
}

let compiled: WebAssembly.Module | null = null;

/** The module, compiled once. */
export function kernelModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(KERNELS), (letter) => letter.charCodeAt(0)));
  return compiled;
}

export function kernelExports(memory: WebAssembly.Memory): KernelExports {
  const instance = new WebAssembly.Instance(kernelModule(), { env: { memory } });
  return instance.exports as unknown as KernelExports;
}

/** Whether WebAssembly with SIMD and shared memory is there; without, the TypeScript kernels do the same. */
export function hasWasm(): boolean {
  try {
    kernelModule();
    return typeof SharedArrayBuffer === 'function';
  } catch {
    return false;
  }
}
