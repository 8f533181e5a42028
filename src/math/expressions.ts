import { HjbLrError } from '../errors.js';
import { degreeIn } from './expression-structure.js';
import { generatedFunction } from './generated-function.js';
import { CONSTANTS, FUNCTIONS, OPERATORS, sourceOf, variablesOf, type Term } from './expression-tree.js';

export { derivativeOf, switchesOf } from './derivatives.js';
export { degreeIn, factorIn, isZero } from './expression-structure.js';
export { sourceOf, type Term } from './expression-tree.js';

/** A compiled expression: a plain function of the variables in the order they were declared. */
export interface CompiledExpression {
  /** The text as it was given. */
  readonly source: string;
  readonly tree: Term;
  /** Names of the variables that occur. */
  readonly variables: ReadonlySet<string>;
  evaluate(values: ArrayLike<number>): number;
  /** Source of the value for `generatedFunction`, in terms of `values[i]` unless `at` gives the source of a variable. */
  toSource(at?: (name: string) => string): string;
  /** Degree as a polynomial in one variable, by structure; Infinity where it is not seen to be one. */
  degreeIn(name: string): number;
}

/** Words of the syntax, constants and functions, which no state, control or parameter may be called. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set([
  ...Object.keys(CONSTANTS),
  ...Object.keys(FUNCTIONS),
  ...[
    't',
    'mod',
    'to',
    'in',
    'and',
    'xor',
    'or',
    'not',
    'true',
    'false',
    'null',
    'undefined',
    'Infinity',
    'NaN',
    'end',
  ],
]);

/**
 * Compiles an expression in mathjs syntax to a plain JavaScript function, from its syntax tree: only numbers, the
 * declared variables, pi, e, arithmetic, comparisons, and, or, not, `a ? b : c` and a fixed list of functions are legal.
 *
 * @param text - for example `-u * a * x^2`
 * @param variables - names in the order in which `evaluate` takes their values
 * @param parameters - names that stand for fixed numbers
 * @throws E_EXPRESSION naming the illegal symbol, or the position of the syntax error
 *
 * @example
 * (await compileExpression('a * x^2', ['a', 'x'])).evaluate([3, 2]); // 12
 */
export async function compileExpression(
  text: string,
  variables: readonly string[],
  parameters: Readonly<Record<string, number>> = {},
): Promise<CompiledExpression> {
  const { parse } = await import('mathjs');
  try {
    const tree = translate(parse(text), { text, variables, parameters }, 0);
    return compiled(text, tree, variables);
  } catch (cause) {
    throw cause instanceof HjbLrError ? cause : unreadable(text, cause as Error & { char?: number });
  }
}

function compiled(source: string, tree: Term, variables: readonly string[]): CompiledExpression {
  const toSource: CompiledExpression['toSource'] = (at = (name) => `values[${variables.indexOf(name)}]`) =>
    sourceOf(tree, at);
  const evaluate = generatedFunction<CompiledExpression['evaluate']>(['values'], `return +(${toSource()});`);
  const used = variablesOf(tree);
  return { source, tree, variables: used, evaluate, toSource, degreeIn: (name) => degreeIn(tree, name) };
}

/**
 * d term / d name by mathjs, of a term without pieces.
 * @throws what mathjs throws for a function that it has no rule for
 */
export async function smoothDerivative(term: Term, name: string): Promise<Term> {
  const { derivative, parse } = await import('mathjs');
  const names = [...new Set([...variablesOf(term), name])];
  const [text, variables] = [mathjsText(term, names), names.map((_, i) => `v${i}`)];
  const tree = derivative(parse(text), parse(`v${names.indexOf(name)}`), { simplify: false });
  return renamed(translate(tree, { text, variables, parameters: {} }, 0), names);
}

/** A term as mathjs reads it, its i-th variable called `v<i>`: no name of the user means something there. */
function mathjsText(term: Term, names: readonly string[]): string {
  const [a, b] = (term.of as readonly Term[]).map((part) => mathjsText(part, names));
  if (term.kind === 'number') return `(${term.value})`;
  if (term.kind === 'variable') return `v${names.indexOf(term.name)}`;
  if (term.kind === 'sign') return `(${term.op}${a})`;
  if (term.kind === 'operation') return `(${a} ${term.op} ${b})`;
  if (term.kind === 'choice') throw new TypeError('A choice is not smooth.');
  return term.name === 'pow' ? `(${a} ^ ${b})` : `${term.name}(${a})`;
}

function renamed(term: Term, names: readonly string[]): Term {
  if (term.kind === 'variable') return { ...term, name: names[Number(term.name.slice(1))] };
  return { ...term, of: term.of.map((part) => renamed(part, names)) } as unknown as Term;
}

interface AnyNode {
  readonly type: string;
  readonly value?: unknown;
  readonly name?: string;
  readonly op?: string;
  readonly content?: AnyNode;
  readonly args?: readonly AnyNode[];
  readonly fn?: { readonly type?: string; readonly name?: string };
  readonly condition?: AnyNode;
  readonly trueExpr?: AnyNode;
  readonly falseExpr?: AnyNode;
}

interface Declared {
  readonly text: string;
  readonly variables: readonly string[];
  readonly parameters: Readonly<Record<string, number>>;
}

/** Levels of nesting that an expression may have. */
const DEEPEST = 400;

/** The parser's tree in our terms. */
function translate(node: AnyNode, declared: Declared, depth: number): Term {
  const { text } = declared;
  const inner = (child: AnyNode): Term => translate(child, declared, depth + 1);
  if (depth > DEEPEST) throw illegal(text, 'it is nested too deeply');
  switch (node.type) {
    case 'ConstantNode':
      if (node.value === undefined) throw illegal(text, 'it is empty');
      if (!Number.isFinite(node.value)) throw illegal(text, noNumber(String(node.value)));
      return { kind: 'number', value: node.value as number, of: [] };
    case 'SymbolNode':
      return symbol(node.name!, declared);
    case 'ParenthesisNode':
      return inner(node.content!);
    case 'OperatorNode':
      return Object.hasOwn(LOGICAL, node.op!)
        ? LOGICAL[node.op!](...node.args!.map(inner))
        : operation(node, inner, text);
    case 'FunctionNode':
      return call(node, inner, text);
    case 'ConditionalNode':
      return { kind: 'choice', of: [inner(node.condition!), inner(node.trueExpr!), inner(node.falseExpr!)] };
    default:
      throw illegal(text, `${node.type.replace('Node', '').toLowerCase()} is not allowed`);
  }
}

/** What an infinite number may be called. */
const INFINITE = /^inf(inity)?$/i;

function noNumber(name: string): string {
  const remedy = INFINITE.test(name)
    ? '; give one of any size, a control near 1 is found under a bound of 1e9 too'
    : '';
  return `"${name}" is not a finite number${remedy}`;
}

function symbol(name: string, { text, variables, parameters }: Declared): Term {
  if (variables.includes(name)) return { kind: 'variable', name, of: [] };
  if (Object.hasOwn(parameters, name)) return { kind: 'number', value: parameters[name], of: [] };
  if (Object.hasOwn(CONSTANTS, name)) return { kind: 'number', value: CONSTANTS[name], of: [] };
  if (INFINITE.test(name)) throw illegal(text, noNumber(name));
  const names = [...variables, ...Object.keys(parameters), ...Object.keys(CONSTANTS)];
  throw illegal(text, `unknown name "${name}"; declared: ${names.join(', ')}`);
}

const [NO, YES]: readonly Term[] = [0, 1].map((value) => ({ kind: 'number', value, of: [] }));

function choose(condition: Term, yes: Term, no: Term): Term {
  return { kind: 'choice', of: [condition, yes, no] };
}

/** Logic as choices between 1 and 0, so that whatever knows a choice knows these. */
const LOGICAL: Readonly<Record<string, (...of: Term[]) => Term>> = {
  and: (a, b) => choose(a, choose(b, YES, NO), NO),
  or: (a, b) => choose(a, YES, choose(b, YES, NO)),
  not: (a) => choose(a, NO, YES),
};

function operation({ op, args }: AnyNode, inner: (node: AnyNode) => Term, text: string): Term {
  if (!Object.hasOwn(OPERATORS, op!)) throw illegal(text, `operator "${op}" is not allowed`);
  if (args!.length === 1) return { kind: 'sign', op: op as '+' | '-', of: [inner(args![0])] };
  return { kind: 'operation', op: op!, of: [inner(args![0]), inner(args![1])] };
}

function call({ fn, args }: AnyNode, inner: (node: AnyNode) => Term, text: string): Term {
  // An accessor such as `a.abs` carries the name of its property: only a bare name is a function of ours.
  const name = fn?.type === 'SymbolNode' ? fn.name! : String(fn);
  if (!Object.hasOwn(FUNCTIONS, name)) {
    throw illegal(text, `unknown function "${name}"; allowed: ${Object.keys(FUNCTIONS).join(', ')}`);
  }
  const { least, most } = FUNCTIONS[name];
  const count = args!.length;
  if (count < least || count > most) {
    throw illegal(text, `${name} takes ${most === least ? least : `${least} or more`} argument(s), got ${count}`);
  }
  return { kind: 'call', name, of: args!.map(inner) };
}

/** What the parser, or the depth of the tree, objects to. */
function unreadable(text: string, cause: Error & { char?: number }): HjbLrError {
  const tooDeep = cause.name === 'RangeError';
  return illegal(text, tooDeep ? 'it is nested too deeply' : cause.message, { cause, position: cause.char });
}

/** Characters of an expression that an error quotes. */
const QUOTED = 200;

function illegal(
  text: string,
  reason: string,
  detail: { cause?: Error; position?: number | undefined } = {},
): HjbLrError {
  const { cause, position } = detail;
  const quoted = text.length > QUOTED ? `${text.slice(0, QUOTED)}...` : text;
  return new HjbLrError('E_EXPRESSION', `The expression "${quoted}" is not legal: ${reason}.`, {
    remedy:
      'Use numbers, the declared names, pi, e, + - * / ^, comparisons, and, or, not, a ? b : c, and the listed functions.',
    fields: { expression: text, reason, ...(position === undefined ? {} : { position }) },
    ...(cause === undefined ? {} : { cause }),
  });
}
