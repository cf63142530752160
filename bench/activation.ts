/** How long VS Code waits for the extension: its own figures from the extension host, in a new window each time. */
import type { Activation } from './host/activation.ts';
import { report } from './support/figures.ts';
import { inExtensionHost } from './support/in-host.ts';

const WINDOWS = 5;

const windows: Activation[] = [];
for (let window = 0; window < WINDOWS; window++) windows.push((await inExtensionHost('activation')) as Activation);

report(
  [
    {
      what: 'load and activate',
      values: windows.map(({ load, call, finish }) => load + call + finish),
      unit: 'ms',
      bound: { most: 50 },
    },
    { what: '  loading dist/extension/extension.js', values: windows.map(({ load }) => load), unit: 'ms' },
    { what: '  calling activate', values: windows.map(({ call }) => call), unit: 'ms' },
    { what: '  until it is ready', values: windows.map(({ finish }) => finish), unit: 'ms' },
  ],
  ['By "Startup Performance" of a VS Code window on the examples, in whole milliseconds.'],
);
