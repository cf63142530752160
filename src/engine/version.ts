/** The version of engine and product; the package's own, as a test checks. */
export const ENGINE_VERSION = '0.1.0';
