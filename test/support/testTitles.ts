import ts from 'typescript';

/** One test in a source file, as it is written there: the title of a `test.each` is its template. */
export interface TestTitle {
  /** The titles of the `describe`s around it and its own, from the outside in. */
  readonly path: readonly string[];
  /** Features that a transport must have for it to run: the first arguments of the `needs(…)` around it. */
  readonly needs: readonly string[];
}

/** All tests of a file. */
export function testTitles(path: string, text: string): TestTitle[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true, ts.ScriptKind.TS);
  const found: TestTitle[] = [];
  const visit = (node: ts.Node, titles: readonly string[], needs: readonly string[]): void => {
    let [inner, needed] = [titles, needs];
    if (ts.isCallExpression(node)) {
      const title = titleOf(node.arguments[0]);
      const called = calledName(node.expression);
      if (title !== undefined) {
        if (called === 'describe') inner = [...titles, title];
        else if (called === 'needs') needed = [...needs, title];
        else if (called === 'test') found.push({ path: [...titles, title], needs });
      }
    }
    ts.forEachChild(node, (child) => visit(child, inner, needed));
  };
  visit(file, [], []);
  return found;
}

/** `describe`, `test` or `needs`, called as such, or `describe.each(…)`, `test.each(…)`, `suite.needs`. */
function calledName(callee: ts.Expression): string | undefined {
  if (ts.isIdentifier(callee)) return callee.text;
  if (ts.isPropertyAccessExpression(callee)) {
    return callee.name.text === 'needs' ? 'needs' : undefined;
  }
  if (!ts.isCallExpression(callee) || !ts.isPropertyAccessExpression(callee.expression)) return undefined;
  const { name, expression } = callee.expression;
  return name.text === 'each' && ts.isIdentifier(expression) ? expression.text : undefined;
}

function titleOf(argument: ts.Expression | undefined): string | undefined {
  if (argument === undefined) return undefined;
  if (ts.isStringLiteralLike(argument)) return argument.text;
  return ts.isTemplateExpression(argument) ? argument.getText().slice(1, -1) : undefined;
}
