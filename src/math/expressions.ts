import type { MathNode } from 'mathjs';
import { HjbLrError } from '../errors.js';

/** A compiled expression: a plain function of the variables in the order they were declared. */
export interface CompiledExpression {
  readonly source: string;
  evaluate(values: ArrayLike<number>): number;
}

const CONSTANTS: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E };

/** The functions an expression may call; everything else that mathjs knows is refused by name. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  abs: 'Math.abs',
  sqrt: 'Math.sqrt',
  cbrt: 'Math.cbrt',
  exp: 'Math.exp',
  log: 'Math.log',
  log2: 'Math.log2',
  log10: 'Math.log10',
  sin: 'Math.sin',
  cos: 'Math.cos',
  tan: 'Math.tan',
  atan: 'Math.atan',
  tanh: 'Math.tanh',
  cosh: 'Math.cosh',
  sinh: 'Math.sinh',
  min: 'Math.min',
  max: 'Math.max',
  floor: 'Math.floor',
  ceil: 'Math.ceil',
  sign: 'Math.sign',
  pow: 'Math.pow',
};

const OPERATORS: Readonly<Record<string, string>> = {
  '+': '+',
  '-': '-',
  '*': '*',
  '/': '/',
  '^': '**',
  '<': '<',
  '>': '>',
  '<=': '<=',
  '>=': '>=',
  '==': '===',
  '!=': '!==',
};

/**
 * Compiles an expression in mathjs syntax to a plain JavaScript function, from its syntax tree: only numbers, the
 * declared variables, pi, e, arithmetic, comparisons, `a ? b : c` and a fixed list of functions are legal.
 *
 * @param text - for example `-u * a * x^2`
 * @param variables - names in the order in which `evaluate` takes their values
 * @throws E_EXPRESSION naming the illegal symbol, or the position of the syntax error
 *
 * @example
 * (await compileExpression('a * x^2', ['a', 'x'])).evaluate([3, 2]); // 12
 */
export async function compileExpression(text: string, variables: readonly string[]): Promise<CompiledExpression> {
  const { parse } = await import('mathjs');
  const code = generate(parseText(parse, text), text, variables);
  const evaluate = new Function('values', `return +(${code});`) as CompiledExpression['evaluate'];
  return { source: text, evaluate };
}

function parseText(parse: (text: string) => MathNode, text: string): MathNode {
  try {
    return parse(text);
  } catch (cause) {
    throw illegal(text, (cause as Error).message, cause);
  }
}

interface AnyNode {
  readonly type: string;
  readonly value?: unknown;
  readonly name?: string;
  readonly op?: string;
  readonly content?: AnyNode;
  readonly args?: readonly AnyNode[];
  readonly fn?: { readonly name?: string };
  readonly condition?: AnyNode;
  readonly trueExpr?: AnyNode;
  readonly falseExpr?: AnyNode;
}

function generate(node: AnyNode, text: string, variables: readonly string[]): string {
  const inner = (child: AnyNode): string => generate(child, text, variables);
  switch (node.type) {
    case 'ConstantNode':
      if (typeof node.value !== 'number') throw illegal(text, `"${String(node.value)}" is not a number`);
      return `(${node.value})`;
    case 'SymbolNode':
      return symbol(node.name!, text, variables);
    case 'ParenthesisNode':
      return inner(node.content!);
    case 'OperatorNode':
      return operation(node, inner, text);
    case 'FunctionNode':
      return call(node, inner, text);
    case 'ConditionalNode':
      return `(${inner(node.condition!)} ? ${inner(node.trueExpr!)} : ${inner(node.falseExpr!)})`;
    default:
      throw illegal(text, `${node.type.replace('Node', '').toLowerCase()} is not allowed`);
  }
}

function symbol(name: string, text: string, variables: readonly string[]): string {
  const index = variables.indexOf(name);
  if (index >= 0) return `values[${index}]`;
  if (Object.hasOwn(CONSTANTS, name)) return `(${CONSTANTS[name]})`;
  throw illegal(text, `unknown name "${name}"; declared: ${[...variables, ...Object.keys(CONSTANTS)].join(', ')}`);
}

function operation({ op, args }: AnyNode, inner: (node: AnyNode) => string, text: string): string {
  if (!Object.hasOwn(OPERATORS, op!)) throw illegal(text, `operator "${op}" is not allowed`);
  if (args!.length === 1) return `(${op}(${inner(args![0])}))`;
  return `((${inner(args![0])}) ${OPERATORS[op!]} (${inner(args![1])}))`;
}

function call({ fn, args }: AnyNode, inner: (node: AnyNode) => string, text: string): string {
  const name = fn?.name ?? '';
  if (!Object.hasOwn(FUNCTIONS, name)) {
    throw illegal(text, `unknown function "${name}"; allowed: ${Object.keys(FUNCTIONS).join(', ')}`);
  }
  return `${FUNCTIONS[name]}(${args!.map(inner).join(', ')})`;
}

function illegal(text: string, reason: string, cause?: unknown): HjbLrError {
  return new HjbLrError('E_EXPRESSION', `The expression "${text}" is not legal: ${reason}.`, {
    remedy: 'Use numbers, the declared names, pi, e, + - * / ^, comparisons, a ? b : c, and the listed functions.',
    fields: { expression: text, reason },
    cause,
  });
}
