/** What is sent to a collector, and where: from the workspace's config and the environment. Loads no exporter. */

export interface TelemetrySettings {
  /** Where traces are sent, with its path. */
  readonly url: string;
  /** They may hold keys. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether prompts and replies go along. */
  readonly content: boolean;
  readonly version: string;
}

/** Where collectors listen when nobody says otherwise. */
const DEFAULT_ENDPOINT = 'http://localhost:4318';

/** `key=value,key=value`, as OTEL_EXPORTER_OTLP_HEADERS holds them. What is no pair is left out. */
function headersFrom(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(',').flatMap((pair): [string, string][] => {
      const at = pair.indexOf('=');
      if (at <= 0) return [];
      const value = pair.slice(at + 1).trim();
      try {
        return [[pair.slice(0, at).trim(), decodeURIComponent(value)]];
      } catch {
        return [[pair.slice(0, at).trim(), value]];
      }
    }),
  );
}

/**
 * What to send and where; null where the workspace asks for nothing. Headers come from the environment alone, since they
 * may hold keys; its endpoint wins over the file's.
 */
export function telemetrySettings(
  config: { readonly endpoint: string | null; readonly content: boolean } | null,
  variable: (name: string) => string | undefined,
  version: string,
): TelemetrySettings | null {
  if (config === null) return null;
  const named = variable('OTEL_EXPORTER_OTLP_ENDPOINT');
  const endpoint = named === undefined || named === '' ? (config.endpoint ?? DEFAULT_ENDPOINT) : named;
  return {
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    headers: headersFrom(variable('OTEL_EXPORTER_OTLP_HEADERS') ?? ''),
    content: config.content,
    version,
  };
}
