/** The library's declarations: emitted by the compiler, cut to what the door shows, and free of any third party's types. */
import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import ts from 'typescript';

const DOOR = 'src/engine/index.ts';

/** Where a declaration file names another: imports, re-exports and `import('…')` types, with the literal's place. */
function referencesOf(source) {
  const found = [];
  const visit = (node) => {
    let literal = null;
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier !== undefined) {
      literal = node.moduleSpecifier;
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      literal = node.argument.literal;
    } else if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) {
      literal = node.moduleReference.expression;
    }
    if (literal !== null && ts.isStringLiteral(literal)) {
      found.push({ name: literal.text, start: literal.getStart(source) + 1, end: literal.getEnd() - 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  for (const { fileName } of [...source.typeReferenceDirectives, ...source.referencedFiles]) {
    found.push({ name: fileName, start: -1, end: -1 });
  }
  return found;
}

/** The compiler's own settings of the engine, asked for declarations only. */
function emitAll(base) {
  const configPath = join(base, 'tsconfig.engine.json');
  const { config } = ts.readConfigFile(configPath, (path) => readFileSync(path, 'utf8'));
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [DOOR] }, ts.sys, base);
  const program = ts.createProgram([join(base, DOOR)], {
    ...options,
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    incremental: false,
    tsBuildInfoFile: undefined,
    stripInternal: true,
    rootDir: join(base, 'src'),
    outDir: join(base, 'dist', 'types'),
  });
  const diagnostics = [...ts.getPreEmitDiagnostics(program)];
  const emitted = new Map();
  const { diagnostics: late } = program.emit(
    undefined,
    (path, text) => emitted.set(resolve(path), text),
    undefined,
    true,
  );
  diagnostics.push(...late);
  if (diagnostics.length > 0) {
    const host = { getCanonicalFileName: (name) => name, getCurrentDirectory: () => base, getNewLine: () => '\n' };
    throw new Error(ts.formatDiagnostics(ts.sortAndDeduplicateDiagnostics(diagnostics), host));
  }
  return emitted;
}

/**
 * The declarations a user of the library sees, by their path relative to `base`.
 * @returns the files, and one sentence for every name that is not ours.
 */
export function libraryTypes(base) {
  const emitted = emitAll(base);
  const files = new Map();
  const strangers = [];
  const waiting = [join(base, 'dist', 'types', 'engine', 'index.d.ts')];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const file = relative(base, path).split(sep).join('/');
    if (files.has(file)) continue;
    const text = emitted.get(path);
    if (text === undefined) throw new Error(`The library's types name ${file}, which the compiler did not emit.`);
    const source = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true);
    let rewritten = text;
    // From the end, so that places before stay right.
    for (const { name, start, end } of referencesOf(source).sort((a, b) => b.start - a.start)) {
      if (!name.startsWith('.')) {
        strangers.push(`${file} names "${name}": give the library a type of its own.`);
        continue;
      }
      // The source says `.ts`; what is installed beside the declarations is `.js`.
      rewritten = `${rewritten.slice(0, start)}${name.replace(/\.ts$/, '.js')}${rewritten.slice(end)}`;
      waiting.push(resolve(dirname(path), name.replace(/\.ts$/, '.d.ts')));
    }
    files.set(file, rewritten);
  }
  return { files, strangers };
}
