/** The floors of the house: an import goes down or stays in its room. Imports of types count. */

/** Rooms of the engine, bottom up. A new room gets its place here. */
const rooms = [
  'statistics',
  'spec',
  'data',
  'models',
  'evaluation',
  'tournament',
  'optimizers',
  'experiments',
  'exchange',
];

const room = (names) => `^src/engine/(${names.join('|')})/`;

/** One rule a room: nothing above it, which also means that no two rooms import each other. */
const floors = rooms.slice(0, -1).map((name, floor) => ({
  name: `floor-${name}`,
  comment: `${name} lies below: hand it what it needs as a parameter, or move the shared idea down.`,
  severity: 'error',
  from: { path: room([name]) },
  to: { path: room(rooms.slice(floor + 1)) },
}));

export default {
  forbidden: [
    ...floors,
    {
      name: 'known-room',
      comment: 'A room that has no floor: give it its place in the list of rooms.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/engine/[^/]+/', pathNot: room(rooms) },
    },
    {
      name: 'no-cycle',
      comment: 'Two files that need each other are one idea, or hide a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'protocol-imports-nothing',
      comment: 'The language all rooms speak is plain data.',
      severity: 'error',
      from: { path: '^src/protocol/' },
      to: { pathNot: '^src/protocol/' },
    },
    {
      name: 'spec-imports-protocol-only',
      comment: 'spec takes descriptors from its caller; create-engine.ts joins the rooms’ tables into it.',
      severity: 'error',
      from: { path: '^src/engine/spec/' },
      to: { path: '^src/', pathNot: '^src/(protocol|engine/spec)/' },
    },
    {
      name: 'statistics-are-pure',
      comment: 'Statistics are functions of numbers and know no other room.',
      severity: 'error',
      from: { path: '^src/engine/statistics/' },
      to: { pathNot: '^src/engine/statistics/' },
    },
    {
      name: 'rooms-know-no-engine',
      comment: 'The engine is put together above the rooms: take what you need as a parameter.',
      severity: 'error',
      from: { path: '^src/engine/[^/]+/' },
      to: { path: '^src/engine/[^/]+\\.ts$' },
    },
    {
      name: 'engine-knows-no-product',
      comment: 'The engine is a library: products import it, never the other way.',
      severity: 'error',
      from: { path: '^src/(engine|protocol)/' },
      to: { path: '^(src/(cli|extension)|webview-ui|test|bench|scripts)/' },
    },
    {
      // lint-client.ts is the wicket beside the door: it only talks to a thread, so linting while typing loads no engine.
      name: 'one-door',
      comment: 'Products enter the engine by src/engine/index.ts: export there what is missing.',
      severity: 'error',
      from: { path: '^src/(cli|extension)/' },
      to: { path: '^src/engine/', pathNot: '^src/engine/(index|lint-client)\\.ts$' },
    },
    {
      name: 'products-apart',
      comment: 'The command line and the extension share the engine, not each other.',
      severity: 'error',
      from: { path: '^src/(cli|extension)/' },
      to: { path: '^(src/(cli|extension)|webview-ui|test|bench|scripts)/', pathNot: '^src/$1/' },
    },
    {
      name: 'pages-speak-protocol',
      comment: 'A page gets its state by message; of src it knows only the messages’ types and folds.',
      severity: 'error',
      from: { path: '^webview-ui/' },
      to: { path: '^(src|test|bench|scripts)/', pathNot: '^src/protocol/' },
    },
    {
      name: 'vscode-in-extension-only',
      comment: 'Only src/extension knows VS Code: hand the engine a small object instead.',
      severity: 'error',
      from: { path: '^(src|webview-ui)/', pathNot: '^src/extension/' },
      to: { path: '(^vscode$|(^|/)node_modules/@types/vscode/)' },
    },
    {
      name: 'no-require',
      comment: 'A require made by hand is a door that no other rule can watch: use import().',
      severity: 'error',
      from: { path: '^(src|webview-ui)/' },
      to: { path: '^(node:)?module$' },
    },
    {
      name: 'pages-know-no-node',
      comment: 'Pages run in a browser.',
      severity: 'error',
      from: { path: '^webview-ui/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'resolvable',
      comment: 'This import leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^vscode$' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    detectProcessBuiltinModuleCalls: true,
    exoticRequireStrings: ['require', 'createRequire'],
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.cjs', '.js', '.json', '.css', '.d.ts'],
    },
  },
};
