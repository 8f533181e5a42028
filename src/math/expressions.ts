import { HjbLrError } from '../errors.js';

/** A compiled expression: a plain function of the variables in the order they were declared. */
export interface CompiledExpression {
  /** The text as it was given. */
  readonly source: string;
  evaluate(values: ArrayLike<number>): number;
  /** JavaScript source of the value, in terms of `values[i]`. */
  toSource(): string;
}

const CONSTANTS: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E };

/** The functions an expression may call, with the numbers of arguments they take; all else is refused by name. */
const FUNCTIONS: Readonly<Record<string, { readonly code: string; readonly least: number; readonly most: number }>> = {
  ...unary('abs', 'sqrt', 'cbrt', 'exp', 'log', 'log2', 'log10', 'sin', 'cos', 'tan', 'atan', 'tanh', 'cosh', 'sinh'),
  ...unary('floor', 'ceil', 'sign'),
  min: { code: 'Math.min', least: 1, most: Infinity },
  max: { code: 'Math.max', least: 1, most: Infinity },
  pow: { code: 'Math.pow', least: 2, most: 2 },
};

function unary(...names: string[]): Record<string, { code: string; least: number; most: number }> {
  return Object.fromEntries(names.map((name) => [name, { code: `Math.${name}`, least: 1, most: 1 }]));
}

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
  try {
    const code = generate(parse(text), text, variables);
    const evaluate = new Function('values', `return +(${code});`) as CompiledExpression['evaluate'];
    return { source: text, evaluate, toSource: () => code };
  } catch (cause) {
    throw cause instanceof HjbLrError ? cause : unreadable(text, cause as Error & { char?: number });
  }
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

function generate(node: AnyNode, text: string, variables: readonly string[]): string {
  const inner = (child: AnyNode): string => generate(child, text, variables);
  switch (node.type) {
    case 'ConstantNode':
      if (node.value === undefined) throw illegal(text, 'it is empty');
      if (!Number.isFinite(node.value)) throw illegal(text, `"${String(node.value)}" is not a finite number`);
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
  // An accessor such as `a.abs` carries the name of its property: only a bare name is a function of ours.
  const name = fn?.type === 'SymbolNode' ? fn.name! : String(fn);
  if (!Object.hasOwn(FUNCTIONS, name)) {
    throw illegal(text, `unknown function "${name}"; allowed: ${Object.keys(FUNCTIONS).join(', ')}`);
  }
  const { code, least, most } = FUNCTIONS[name];
  const count = args!.length;
  if (count < least || count > most) {
    throw illegal(text, `${name} takes ${most === least ? least : `${least} or more`} argument(s), got ${count}`);
  }
  return `${code}(${args!.map(inner).join(', ')})`;
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
    remedy: 'Use numbers, the declared names, pi, e, + - * / ^, comparisons, a ? b : c, and the listed functions.',
    fields: { expression: text, reason, ...(position === undefined ? {} : { position }) },
    ...(cause === undefined ? {} : { cause }),
  });
}
