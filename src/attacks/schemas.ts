import { z } from 'zod';
import { bestOf } from './best-of.js';
import { strongSchema } from './strong.js';
import { allAttacks, attackNamed, type AttackMould, type ATTACKS } from './index.js';
import {
  keptFields,
  keptIssues,
  refusedKeptFields,
  stepsOrKept,
  withKeptDefaults,
  type KeptFields,
} from './kept-fields.js';
import { BETWEEN, SCHEDULABLE, scheduled, type Scheduled, type ScheduledInput } from './scheduled.js';

type Built = typeof ATTACKS;
type Name = keyof Built;
type TrainingName = { [N in Name]: Built[N]['trains'] extends true ? N : never }[Name];
type SchemaOf<N extends Name> = ReturnType<Built[N]['schema']>;
type Kept<N extends Name> = Built[N] extends { readonly keeps: true } ? KeptFields : unknown;
type SpecOf<N extends Name> = z.output<SchemaOf<N>> & Kept<N>;
/** Where perturbations are kept, the number of steps has a default. */
type InputOf<N extends Name> =
  | (z.input<SchemaOf<N>> & Kept<N>)
  | (Built[N] extends { readonly keeps: true }
      ? Omit<z.input<SchemaOf<N>>, 'steps'> & KeptFields & { readonly start: 'kept' }
      : never);

type ScheduledField<N extends Name> = Built[N]['controls'][(typeof SCHEDULABLE)[number] & keyof Built[N]['controls']];
type WithSchedules<Spec, Field, Value = Scheduled> = { [F in keyof Spec]: F extends Field ? Value : Spec[F] };

/** One attack of an evaluation. */
export type SingleAttackSpec = { [N in Name]: z.output<SchemaOf<N>> }[Name];
type SingleAttackInput = { [N in Name]: z.input<SchemaOf<N>> }[Name];
/** An attack that stays as it is. */
export type AttackSpec = { [N in TrainingName]: SpecOf<N> }[TrainingName];
type AttackInput = { [N in TrainingName]: InputOf<N> }[TrainingName];
export type TrainingAttackSpec = {
  [N in TrainingName]: WithSchedules<SpecOf<N>, ScheduledField<N>>;
}[TrainingName];
export type TrainingAttackInput = {
  [N in TrainingName]: WithSchedules<InputOf<N>, ScheduledField<N>, ScheduledInput>;
}[TrainingName];
type Strong = z.output<ReturnType<typeof strongSchema>>;
export type EvaluationAttackSpec = SingleAttackSpec | z.output<ReturnType<typeof bestOf<SingleAttackSpec>>> | Strong;
export type EvaluationAttackInput =
  SingleAttackInput | { readonly type: 'best_of'; readonly attacks: readonly SingleAttackInput[] } | Strong;

const all = Object.values(allAttacks());

const training = all.filter(({ trains }) => trains);

/** An attack that stays as it is. */
export const attackSchema = withKept(training.map((attack) => schemaWithKept(attack, attack.schema()))) as z.ZodType<
  AttackSpec,
  AttackInput
>;

/** An attack to train against: eps is linear between the points of a schedule, steps hold until the next one. */
export const trainingAttackSchema = withKept(
  training.map((attack) => schemaWithKept(attack, schemaWithSchedules(attack))),
) as z.ZodType<TrainingAttackSpec, TrainingAttackInput>;

const single = unionOf(all.map(schemaForScoring)) as z.ZodType<SingleAttackSpec, SingleAttackInput>;

/** An attack to score with: one, the worst case of several, or a strong one by name. */
export const evaluationAttackSchema = unionOf([
  ...all.map(schemaForScoring),
  bestOf(single),
  strongSchema(),
]) as unknown as z.ZodType<EvaluationAttackSpec, EvaluationAttackInput>;

/** Registered attacks are accepted as the built-in ones, whose types alone are known here. */
function unionOf(schemas: readonly z.ZodObject[]): z.ZodType {
  return z.discriminatedUnion('type', schemas as unknown as [z.ZodObject, ...z.ZodObject[]]);
}

/** One of these descriptions, complete. */
function withKept(schemas: readonly z.ZodObject[]): z.ZodType {
  type Described = { readonly type: string } & KeptFields;
  const hasSteps = ({ type }: Described): boolean => 'steps' in attackNamed(type).schema().shape;
  return unionOf(schemas)
    .superRefine((spec, context) => {
      for (const { path, message } of keptIssues(spec as Described, hasSteps(spec as Described))) {
        context.addIssue({ code: 'custom', path: [path], message, input: (spec as Record<string, unknown>)[path] });
      }
    })
    .transform((spec) => withKeptDefaults(spec as Described, hasSteps(spec as Described)));
}

function schemaWithKept({ name, keeps = false, schema }: AttackMould, plain: z.ZodObject): z.ZodObject {
  if (!keeps)
    return plain.extend(refusedKeptFields(`${name} keeps no perturbations: leave it out, or take pgd or fgsm`));
  const { steps } = plain.shape;
  return plain.extend({
    ...keptFields(),
    ...('steps' in schema().shape ? { steps: stepsOrKept(steps as z.ZodType<number>) } : {}),
  });
}

function schemaForScoring({ keeps = false, schema }: AttackMould): z.ZodObject {
  const plain = schema();
  return keeps ? plain.extend(refusedKeptFields('only training examples keep perturbations: leave it out')) : plain;
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
