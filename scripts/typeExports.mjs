// Which exports of the packages no program under test/types/good imports. Unused imports do not compile there, so every
// name that is imported is used.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** Package name to the names it exports, types included. */
function exportsOf(root, packages) {
  const files = packages.map((name) => join(root, 'packages', name, 'dist/index.d.ts'));
  const program = ts.createProgram(files, {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    skipLibCheck: true,
    types: [],
  });
  const checker = program.getTypeChecker();
  return new Map(
    packages.map((name, i) => {
      const index = checker.getSymbolAtLocation(program.getSourceFile(files[i]));
      return [`@sluice/${name}`, checker.getExportsOfModule(index).map((symbol) => symbol.name)];
    }),
  );
}

/** Adds `package name` for each name that a program imports from a package. */
function addImports(source, imported) {
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement)) continue;
    const bindings = statement.importClause?.namedBindings;
    if (bindings === undefined || !ts.isNamedImports(bindings)) continue;
    for (const { propertyName, name } of bindings.elements) {
      imported.add(`${statement.moduleSpecifier.text} ${(propertyName ?? name).text}`);
    }
  }
}

export function uncoveredExports(root, packages) {
  const folder = join(root, 'test/types/good');
  const imported = new Set();
  for (const file of readdirSync(folder)) {
    const text = readFileSync(join(folder, file), 'utf8');
    addImports(ts.createSourceFile(file, text, ts.ScriptTarget.Latest), imported);
  }
  const all = exportsOf(root, packages);
  const missing = [...all].flatMap(([name, names]) =>
    names
      .filter((exported) => !imported.has(`${name} ${exported}`))
      .map((exported) => `${name}: ${exported}`),
  );
  return { total: [...all.values()].flat().length, missing };
}
