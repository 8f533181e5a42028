import { z } from 'zod';
import { bestOf } from './best-of.js';
import { allAttacks, type AttackMould, type ATTACKS } from './index.js';
import { BETWEEN, SCHEDULABLE, scheduled, type Scheduled } from './scheduled.js';

type Built = typeof ATTACKS;
type Name = keyof Built;
type TrainingName = { [N in Name]: Built[N]['trains'] extends true ? N : never }[Name];
type SchemaOf<N extends Name> = ReturnType<Built[N]['schema']>;

type ScheduledField<N extends Name> = Built[N]['controls'][(typeof SCHEDULABLE)[number] & keyof Built[N]['controls']];
type WithSchedules<Spec, Field> = { [F in keyof Spec]: F extends Field ? Scheduled : Spec[F] };

/** One attack of an evaluation. */
export type SingleAttackSpec = { [N in Name]: z.output<SchemaOf<N>> }[Name];
type SingleAttackInput = { [N in Name]: z.input<SchemaOf<N>> }[Name];
/** An attack that stays as it is. */
export type AttackSpec = { [N in TrainingName]: z.output<SchemaOf<N>> }[TrainingName];
type AttackInput = { [N in TrainingName]: z.input<SchemaOf<N>> }[TrainingName];
export type TrainingAttackSpec = {
  [N in TrainingName]: WithSchedules<z.output<SchemaOf<N>>, ScheduledField<N>>;
}[TrainingName];
export type TrainingAttackInput = {
  [N in TrainingName]: WithSchedules<z.input<SchemaOf<N>>, ScheduledField<N>>;
}[TrainingName];
export type EvaluationAttackSpec = SingleAttackSpec | z.output<ReturnType<typeof bestOf<SingleAttackSpec>>>;
export type EvaluationAttackInput =
  SingleAttackInput | { readonly type: 'best_of'; readonly attacks: readonly SingleAttackInput[] };

const all = Object.values(allAttacks());

/** An attack that stays as it is. */
export const attackSchema = unionOf(all.filter(({ trains }) => trains).map((attack) => attack.schema())) as z.ZodType<
  AttackSpec,
  AttackInput
>;

/** An attack to train against: eps is linear between the points of a schedule, steps hold until the next one. */
export const trainingAttackSchema = unionOf(all.filter(({ trains }) => trains).map(schemaWithSchedules)) as z.ZodType<
  TrainingAttackSpec,
  TrainingAttackInput
>;

const single = unionOf(all.map((attack) => attack.schema())) as z.ZodType<SingleAttackSpec, SingleAttackInput>;

/** An attack to score with: one, or the worst case of several. */
export const evaluationAttackSchema = unionOf([
  ...all.map((attack) => attack.schema()),
  bestOf(single),
]) as unknown as z.ZodType<EvaluationAttackSpec, EvaluationAttackInput>;

/** Registered attacks are accepted as the built-in ones, whose types alone are known here. */
function unionOf(schemas: readonly z.ZodObject[]) {
  return z.discriminatedUnion('type', schemas as unknown as [z.ZodObject, ...z.ZodObject[]]) as unknown;
}

function schemaWithSchedules({ schema, controls }: AttackMould): z.ZodObject {
  const plain = schema();
  const fields = SCHEDULABLE.flatMap((control) => {
    const field = controls[control];
    return field === undefined ? [] : [[field, BETWEEN[control]] as const];
  });
  const shape = Object.fromEntries(
    fields.map(([field, between]) => [field, scheduled(plain.shape[field] as z.ZodType<number>, between)] as const),
  );
  return plain.extend(shape);
}
