import ts from 'typescript';

const MOST_LINES = 40;

/** What a cell of imports, constants, literals and calls is made of. */
const ALLOWED: ReadonlySet<ts.SyntaxKind> = new Set([
  ...[ts.SyntaxKind.ImportDeclaration, ts.SyntaxKind.ImportClause, ts.SyntaxKind.NamedImports],
  ...[ts.SyntaxKind.ImportSpecifier, ts.SyntaxKind.VariableStatement, ts.SyntaxKind.VariableDeclarationList],
  ...[ts.SyntaxKind.VariableDeclaration, ts.SyntaxKind.ObjectBindingPattern, ts.SyntaxKind.ArrayBindingPattern],
  ...[ts.SyntaxKind.BindingElement, ts.SyntaxKind.ExpressionStatement, ts.SyntaxKind.AwaitExpression],
  ...[ts.SyntaxKind.CallExpression, ts.SyntaxKind.PropertyAccessExpression, ts.SyntaxKind.ElementAccessExpression],
  ...[ts.SyntaxKind.ObjectLiteralExpression, ts.SyntaxKind.PropertyAssignment, ts.SyntaxKind.SpreadAssignment],
  ...[ts.SyntaxKind.ShorthandPropertyAssignment, ts.SyntaxKind.ArrayLiteralExpression, ts.SyntaxKind.SpreadElement],
  ...[ts.SyntaxKind.ParenthesizedExpression, ts.SyntaxKind.PrefixUnaryExpression, ts.SyntaxKind.BinaryExpression],
  ...[ts.SyntaxKind.SlashToken, ts.SyntaxKind.Identifier, ts.SyntaxKind.StringLiteral, ts.SyntaxKind.NumericLiteral],
  ...[ts.SyntaxKind.AsExpression, ts.SyntaxKind.TypeReference, ts.SyntaxKind.EndOfFileToken],
]);

/** Why a cell is more than calls; none if it is not. */
export function faultsOf(cell: string): string[] {
  const file = ts.createSourceFile('cell.ts', cell, ts.ScriptTarget.Latest, true);
  const faults = cell.split('\n').length > MOST_LINES ? [`more than ${MOST_LINES} lines`] : [];
  const visit = (node: ts.Node): void => {
    const fault = faultOf(node);
    if (fault !== null) faults.push(fault);
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(file, visit);
  return faults;
}

function faultOf(node: ts.Node): string | null {
  if (ts.isBinaryExpression(node)) return isFraction(node) ? null : 'arithmetic on more than numbers';
  if (ts.isVariableDeclarationList(node) && !(node.flags & ts.NodeFlags.Const)) return 'a variable that may change';
  return ALLOWED.has(node.kind) ? null : ts.SyntaxKind[node.kind];
}

/** 1 / 40 */
function isFraction({ left, operatorToken, right }: ts.BinaryExpression): boolean {
  return operatorToken.kind === ts.SyntaxKind.SlashToken && ts.isNumericLiteral(left) && ts.isNumericLiteral(right);
}
