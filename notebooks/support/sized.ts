/** A setting: `full` for a reader, `small` for a check that the notebook executes (`npm run notebooks -- --small`). */
export function sized<Value>({ full, small }: { full: Value; small: Value }): Value {
  return process.env.HJB_LR_NOTEBOOKS === 'small' ? small : full;
}
