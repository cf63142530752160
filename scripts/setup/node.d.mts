/** Types of `node.mjs`, which must run before any TypeScript can. */

/** The project's folder, absolute. */
export const root: string;

/** Writes one line for the person at the terminal (stderr). */
export function say(text: string): void;

/** Installs the locked packages of a folder unless its lock has not changed since. Ends the process when that fails. */
export function installLocked(folder: string, name: string): void;

/** The path of the pinned Node in `tools/`, installed when it is missing. Ends the process when there is none. */
export function pinnedNode(): string;

/** Goes on under a Node that is new enough, or ends the process. */
export function ensureNode(): Promise<void>;

/** Installs the dependencies of the project itself. */
export function ensureDependencies(): void;
