/** Types of `products.mjs` for the tests. */

export interface NodeProduct {
  readonly name: string;
  readonly folder: string;
  /** Source by the name of what is built from it. */
  readonly entries: Readonly<Record<string, string>>;
  readonly executable: string | null;
  readonly externals: readonly string[];
}

export const nodeProducts: readonly NodeProduct[];
export const webviewFolder: string;
export const webviewAssets: readonly string[];

/** Source by the name of a page. */
export function webviewEntries(base?: string): Readonly<Record<string, string>>;
