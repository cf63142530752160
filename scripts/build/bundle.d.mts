/** Types of `bundle.mjs` for the tests. */
import type { BuildResult } from 'esbuild';
import type { NodeProduct } from './products.mjs';

export interface BundleContext {
  /** The folder that sources and products are named from. */
  readonly base: string;
  readonly dev: boolean;
}

/** Null when none of the product's sources exists. @throws Error naming what may not be imported. */
export function bundleForNode(product: NodeProduct, context: BundleContext): Promise<BuildResult | null>;

export function bundleForWebview(
  entries: Readonly<Record<string, string>>,
  context: BundleContext,
): Promise<BuildResult | null>;
