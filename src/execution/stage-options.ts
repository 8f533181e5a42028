import { availableParallelism } from 'node:os';

/** How the text of a flag becomes a value; a `setting` is no flag: whoever runs the stage sets it. */
export type OptionKind = 'text' | 'count' | 'number' | 'numbers' | 'choice' | 'switch' | 'setting';

/** One option of a stage or command: the type of its value, its flag, its help and its default, in one place. */
export interface OptionDeclaration<Value = unknown> {
  readonly kind: OptionKind;
  /** What the help calls the value, for example `<folder>`. */
  readonly term: string;
  readonly help: string;
  /** Name of the flag where it is not that of the option. */
  readonly flag?: string;
  readonly choices?: readonly string[];
  /** Smallest and largest count. */
  readonly least?: number;
  readonly most?: number;
  readonly default?: Value;
  /** What the help says of the default. */
  readonly defaultText?: string;
  readonly isRequired?: boolean;
  /** Carries the type; never set. */
  readonly valueType?: Value;
}

/** Options by the names under which stages and commands get them. */
export type OptionDeclarations = Readonly<Record<string, OptionDeclaration>>;

/** The argument of a stage or command, under the one name by which it gets it; none for a command without. */
export type InputDeclaration = Readonly<Record<string, ArgumentDeclaration>>;

export interface ArgumentDeclaration<Value = unknown> {
  /** As commander writes it: `<file>`, `[file]` or `<files...>`. */
  readonly term: string;
  readonly help: string;
  /** Carries the type; never set. */
  readonly valueType?: Value;
}

type Declarations = Readonly<Record<string, { readonly valueType?: unknown }>>;
type ValueOf<Declared> =
  Declared extends OptionDeclaration<infer Value>
    ? Value
    : Declared extends ArgumentDeclaration<infer Value>
      ? Value
      : never;
type OptionalNames<Declared extends Declarations> = {
  [Name in keyof Declared]: undefined extends ValueOf<Declared[Name]> ? Name : never;
}[keyof Declared];

/** The values of declarations by name; what may be undefined may be left out. */
export type ValuesOf<Declared extends Declarations> = {
  readonly [Name in Exclude<keyof Declared, OptionalNames<Declared>>]: ValueOf<Declared[Name]>;
} & { readonly [Name in OptionalNames<Declared>]?: ValueOf<Declared[Name]> };

/** A value of the shape and with none but its members: any other one has a type that no value has. */
export type Exact<Shape, Given extends Shape> = Given extends unknown
  ? Given & Readonly<Record<Exclude<keyof Given, keyof Shape>, never>>
  : never;

type Renamed = Pick<OptionDeclaration, 'flag'>;

export function argument(term: `<${string}>`, help: string): ArgumentDeclaration<string> {
  return { term, help };
}

export function optionalArgument(term: `[${string}]`, help: string): ArgumentDeclaration<string | undefined> {
  return { term, help };
}

export function argumentList(term: `<${string}...>`, help: string): ArgumentDeclaration<readonly string[]> {
  return { term, help };
}

export function text(term: `<${string}>`, help: string, more: Renamed = {}): OptionDeclaration<string | undefined> {
  return { kind: 'text', term, help, ...more };
}

/** A whole number from `least`, 0 by default. */
export function count(
  help: string,
  more: Pick<OptionDeclaration, 'least' | 'most'> & { readonly term?: `<${string}>` } = {},
): OptionDeclaration<number | undefined> {
  return { kind: 'count', term: '<number>', help, ...more };
}

/** A positive number, or a fraction. */
export function positiveNumber(help: string): OptionDeclaration<number | undefined> {
  return { kind: 'number', term: '<number>', help };
}

/** Numbers and fractions apart by commas. */
export function numbers(help: string): OptionDeclaration<readonly number[] | undefined> {
  return { kind: 'numbers', term: '<numbers>', help };
}

/** On where its flag is given. */
export function toggle(help: string): OptionDeclaration<boolean | undefined> {
  return { kind: 'switch', term: '', help };
}

export function choice<Name extends string>(
  names: readonly Name[],
  help: string,
  more: { readonly default: Name },
): OptionDeclaration<Name> {
  return { kind: 'choice', term: '<name>', help, choices: names, ...more };
}

/** Not a flag: the command sets it. */
export function setting<Value>(help: string): OptionDeclaration<Value> {
  return { kind: 'setting', term: '', help };
}

/** The same option, which must be given. */
export function required<Value>(option: OptionDeclaration<Value>): OptionDeclaration<NonNullable<Value>> {
  const { default: _, valueType: __, ...rest } = option;
  return { ...rest, isRequired: true };
}

export const OUT = text('<folder>', 'folder for the files that are written');

export const FRESH = toggle('start over: remove what an earlier run wrote there');

export const ALLOW_OTHER_NODE = toggle('go on with a run that was begun under another Node, although bits may differ');

export const WORKERS: OptionDeclaration<number> = {
  kind: 'count',
  term: '<number>',
  help: 'processes at work at the same time; 0: this one alone',
  default: availableParallelism(),
  defaultText: 'the number of cores',
};
