// What the entries of the package export, and the types in their signatures, read from the declarations that users get.
// Made source by source, as `isolatedDeclarations` allows; nothing is written.
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import ts from "typescript";

/** The exports of an entry. */
export interface Surface {
  /** Names that exist at run time. */
  readonly values: readonly string[];
  /** What each name stands for; types included. */
  readonly meanings: ReadonlyMap<string, ts.Symbol>;
  /** The package's own types in the signatures of the exports, each with a type or value that names it. */
  readonly reached: ReadonlyMap<ts.Symbol, string>;
}

/** Surfaces of entries, by the entry's path; `sources` may stand for files on disk. */
export function surfaces(
  entries: readonly string[],
  sources: ReadonlyMap<string, string> = new Map(),
): ReadonlyMap<string, Surface> {
  const program = declarationProgram(entries, sources);
  const checker = program.getTypeChecker();
  return new Map(
    entries.map((entry) => {
      const file = program.getSourceFile(declarationPath(entry));
      const module = file && checker.getSymbolAtLocation(file);
      if (!module) throw new Error(`${entry}: no module`);
      return [entry, surfaceOf(module, checker)];
    }),
  );
}

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ["lib.es2023.d.ts", "lib.dom.d.ts"],
  types: [],
  strict: true,
  isolatedDeclarations: true,
  stripInternal: true,
  declaration: true,
  rewriteRelativeImportExtensions: true,
};

const declarationPath = (path: string): string => path.replace(/\.ts$/u, ".d.ts");

/** A program of the declarations of the entries and of all that they import. Nothing is written. */
function declarationProgram(entries: readonly string[], sources: ReadonlyMap<string, string>): ts.Program {
  const host = ts.createCompilerHost(options);
  const cache = new Map<string, string | undefined>();
  const declarations = (path: string): string | undefined => {
    if (!path.endsWith(".d.ts") || path.includes("node_modules")) return undefined;
    if (cache.has(path)) return cache.get(path);
    const source = path.replace(/\.d\.ts$/u, ".ts");
    const text = sources.get(source) ?? (existsSync(source) ? readFileSync(source, "utf8") : undefined);
    const output = text === undefined ? undefined : declarationsOf(source, text);
    cache.set(path, output);
    return output;
  };
  const isHidden = (path: string): boolean =>
    !path.endsWith(".d.ts") && path.endsWith(".ts") && !path.includes("node_modules");
  const program = ts.createProgram({
    rootNames: entries.map(declarationPath),
    options: { ...options, noEmit: true, skipLibCheck: true },
    host: {
      ...host,
      directoryExists: (path) => [...sources.keys()].some((s) => dirname(s) === path) || existsSync(path),
      fileExists: (path) => !isHidden(path) && (declarations(path) !== undefined || host.fileExists(path)),
      readFile: (path) => declarations(path) ?? host.readFile(path),
      getSourceFile: (path, settings, onError) => {
        const text = declarations(path);
        if (text === undefined) return host.getSourceFile(path, settings, onError);
        return ts.createSourceFile(path, text, settings);
      },
    },
  });
  return program;
}

function declarationsOf(path: string, text: string): string {
  const { outputText, diagnostics = [] } = ts.transpileDeclaration(text, {
    fileName: basename(path),
    compilerOptions: options,
    reportDiagnostics: true,
  });
  const fault = diagnostics[0];
  if (!fault) return outputText;
  throw new Error(
    `${join(dirname(path), basename(path))}: ${ts.flattenDiagnosticMessageText(fault.messageText, "\n")}`,
  );
}

function surfaceOf(module: ts.Symbol, checker: ts.TypeChecker): Surface {
  const exported = checker.getExportsOfModule(module);
  const meanings = new Map(exported.map((symbol) => [symbol.name, resolved(symbol, checker)]));
  const reached = new Map<ts.Symbol, string>();
  const visit = (symbol: ts.Symbol): void => {
    for (const declaration of symbol.declarations ?? []) {
      for (const reference of referencesIn(declaration, checker)) {
        if (reached.has(reference)) continue;
        reached.set(reference, symbol.name);
        visit(reference);
      }
    }
  };
  new Set(meanings.values()).forEach(visit);
  const isValue = (symbol: ts.Symbol): boolean => (symbol.flags & ts.SymbolFlags.Value) !== 0;
  const values = [...meanings].filter(([, symbol]) => isValue(symbol)).map(([name]) => name);
  return { values, meanings, reached };
}

/** Types in signatures that no entry exports: `Part, in Model`. */
export function missingTypes(all: Iterable<Surface>): string[] {
  const entries = [...all];
  const exported = new Set(entries.flatMap(({ meanings }) => [...meanings.values()]));
  const missing = entries.flatMap(({ reached }) =>
    [...reached].filter(([type]) => !exported.has(type)).map(([type, user]) => `${type.name}, in ${user}`),
  );
  return [...new Set(missing)].sort();
}

/** Names that stand for different things in different entries. */
export function ambiguousNames(all: Iterable<Surface>): string[] {
  const meanings = new Map<string, Set<ts.Symbol>>();
  for (const surface of all) {
    for (const [name, symbol] of surface.meanings) {
      meanings.set(name, (meanings.get(name) ?? new Set()).add(symbol));
    }
  }
  return [...meanings].filter(([, symbols]) => symbols.size > 1).map(([name]) => name);
}

function resolved(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** What of the package's own a declaration names in types: aliases, interfaces, classes, and values by `typeof`. */
function referencesIn(declaration: ts.Node, checker: ts.TypeChecker): ts.Symbol[] {
  const references: ts.Symbol[] = [];
  const add = (name: ts.Node): void => {
    const symbol = checker.getSymbolAtLocation(name);
    if (symbol && isOwnType(resolved(symbol, checker))) references.push(resolved(symbol, checker));
  };
  const visit = (node: ts.Node): void => {
    if (isPrivate(node)) return;
    if (ts.isTypeReferenceNode(node)) add(node.typeName);
    if (ts.isExpressionWithTypeArguments(node)) add(node.expression);
    if (ts.isTypeQueryNode(node)) add(node.exprName);
    if (ts.isImportTypeNode(node) && node.qualifier) add(node.qualifier);
    ts.forEachChild(node, visit);
  };
  visit(declaration);
  return references;
}

const isPrivate = (node: ts.Node): boolean =>
  ts.canHaveModifiers(node) &&
  (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword);

/** Neither a type parameter nor a library's. */
function isOwnType(symbol: ts.Symbol): boolean {
  if (symbol.flags & ts.SymbolFlags.TypeParameter) return false;
  const files = (symbol.declarations ?? []).map((d) => d.getSourceFile().fileName);
  return files.length > 0 && !files.some((f) => f.includes("node_modules"));
}
