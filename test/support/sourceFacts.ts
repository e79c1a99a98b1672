import ts from 'typescript';

/** One reference from a source file to another module. */
export interface ImportFact {
  /** The specifier as written. */
  readonly specifier: string;
  /** True when the compiler removes it: `import type`, `export type`, an `import('x')` type, only `type` specifiers. */
  readonly typeOnly: boolean;
  /** 1-based line. */
  readonly line: number;
}

/** What the architecture rules need to know about one source file. */
export interface SourceFacts {
  readonly imports: readonly ImportFact[];
  /** Lines with code on them; blank lines and comments do not count. */
  readonly codeLines: number;
}

/** Reads the facts off the syntax tree. */
export function readSource(path: string, text: string): SourceFacts {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true, ts.ScriptKind.TS);
  const imports: ImportFact[] = [];
  const codeLines = new Set<number>();
  const lineOf = (position: number): number => file.getLineAndCharacterOfPosition(position).line;

  const visit = (node: ts.Node): void => {
    if (node.kind >= ts.SyntaxKind.FirstJSDocNode && node.kind <= ts.SyntaxKind.LastJSDocNode) return;
    const found = importOf(node);
    if (found) imports.push({ ...found, line: lineOf(node.getStart(file)) + 1 });

    const children = node.getChildren(file);
    if (children.length === 0 && node.kind !== ts.SyntaxKind.EndOfFileToken && node.getWidth(file) > 0) {
      const last = lineOf(node.getEnd());
      for (let line = lineOf(node.getStart(file)); line <= last; line++) codeLines.add(line);
    }
    for (const child of children) visit(child);
  };
  visit(file);
  return { imports, codeLines: codeLines.size };
}

function importOf(node: ts.Node): { specifier: string; typeOnly: boolean } | undefined {
  if (ts.isImportDeclaration(node)) {
    return fact(node.moduleSpecifier, isTypeOnlyClause(node.importClause));
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
    const named = node.exportClause && ts.isNamedExports(node.exportClause) ? node.exportClause.elements : [];
    return fact(node.moduleSpecifier, node.isTypeOnly || allTypes(named));
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return fact(node.argument.literal, true);
  }
  if (ts.isExternalModuleReference(node)) {
    return fact(node.expression, ts.isImportEqualsDeclaration(node.parent) && node.parent.isTypeOnly);
  }
  if (ts.isCallExpression(node) && node.arguments[0]) {
    const callee = node.expression;
    const loads =
      callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require');
    return loads ? fact(node.arguments[0], false) : undefined;
  }
  return undefined;
}

function isTypeOnlyClause(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.isTypeOnly) return true;
  const bindings = clause.namedBindings;
  return !clause.name && bindings !== undefined && ts.isNamedImports(bindings) && allTypes(bindings.elements);
}

function allTypes(specifiers: readonly (ts.ImportSpecifier | ts.ExportSpecifier)[]): boolean {
  return specifiers.length > 0 && specifiers.every((specifier) => specifier.isTypeOnly);
}

function fact(specifier: ts.Expression | ts.LiteralTypeNode['literal'], typeOnly: boolean) {
  return ts.isStringLiteralLike(specifier) ? { specifier: specifier.text, typeOnly } : undefined;
}
