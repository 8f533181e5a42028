/**
 * Counts the bytes of every WebAssembly memory that is made from now on: those that a program makes and those that an
 * instance brings.
 * @returns the bytes at the time of the call
 */
export function countWasmMemory(): () => number {
  const memories = new Set<WebAssembly.Memory>();
  const keep = (value: unknown): void => void (value instanceof WebAssembly.Memory && memories.add(value));
  const keepAll = ({ exports }: WebAssembly.Instance): void => Object.values(exports).forEach(keep);
  const { Memory, Instance, instantiate } = WebAssembly;

  WebAssembly.Memory = new Proxy(Memory, {
    construct(target, given) {
      const memory = Reflect.construct(target, given) as WebAssembly.Memory;
      memories.add(memory);
      return memory;
    },
  });
  WebAssembly.Instance = new Proxy(Instance, {
    construct(target, given) {
      const instance = Reflect.construct(target, given) as WebAssembly.Instance;
      keepAll(instance);
      return instance;
    },
  });
  WebAssembly.instantiate = (async (...given: Parameters<typeof instantiate>) => {
    const result = (await instantiate(...given)) as unknown;
    keepAll(result instanceof Instance ? result : (result as WebAssembly.WebAssemblyInstantiatedSource).instance);
    return result;
  }) as typeof instantiate;
  return () => [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
}
