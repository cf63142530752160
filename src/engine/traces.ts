/** Spans of what the engine does, where the workspace asks for them: one exporter for each collector that is named. */
import type { Run } from './experiments/run-handle.ts';
import { telemetrySettings } from './models/telemetry-settings.ts';
import type { Telemetry, Trace } from './models/telemetry.ts';
import type { WorkspaceConfig } from './models/workspace-config.ts';
import { ENGINE_VERSION } from './version.ts';

/** To be spread into the services of a run: nothing where nothing is sent. */
export interface Traced {
  readonly trace?: Trace;
}

export interface Traces {
  begin(config: WorkspaceConfig, name: string, attributes: Readonly<Record<string, string>>): Promise<Traced>;
  /** Waits a moment for what was not handed over yet. Never rejects. */
  close(): Promise<void>;
}

export function createTraces(variable: (name: string) => string | undefined): Traces {
  const exporters = new Map<string, Promise<Telemetry>>();
  return {
    async begin({ telemetry }, name, attributes) {
      const settings = telemetrySettings(telemetry, variable, ENGINE_VERSION);
      if (settings === null) return {};
      const key = JSON.stringify(settings);
      const exporter =
        exporters.get(key) ?? import('./models/telemetry.ts').then((loaded) => loaded.createTelemetry(settings));
      exporters.set(key, exporter);
      return { trace: (await exporter).begin(name, attributes) };
    },
    async close() {
      const open = [...exporters.values()];
      exporters.clear();
      await Promise.all(open.map(async (exporter) => (await exporter).close()));
    },
  };
}

/** The span of a run ends with it. */
export function traceRun(run: Run, { trace }: Traced): Run {
  if (trace === undefined) return run;
  trace.note({ 'promptopt.run.id': run.id });
  run.result.then(
    ({ stopReason }) => {
      trace.note({ 'promptopt.stop_reason': stopReason });
      trace.end();
    },
    (error: unknown) => {
      trace.end(error);
    },
  );
  return run;
}

/** The span of a piece of work ends with it. @param until `begun`: what has begun well ends the span later, by itself */
export async function traceWork<T>(work: Promise<T>, { trace }: Traced, until: 'begun' | 'done' = 'done'): Promise<T> {
  try {
    const done = await work;
    if (until === 'done') trace?.end();
    return done;
  } catch (error) {
    trace?.end(error);
    throw error;
  }
}
