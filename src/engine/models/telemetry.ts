/**
 * Spans of runs and calls for an OpenTelemetry collector, in the words of the GenAI semantic conventions. Off unless the
 * workspace asks for it. A collector that is slow or gone costs a run nothing: spans wait in a bounded queue and are
 * dropped when it is full, and the end of a process waits for it only a moment.
 */
import { isPromptOptError } from '../../protocol/errors.ts';
import type { TelemetrySettings } from './telemetry-settings.ts';
import type { FinishReason, Generation, GenerationRequest } from './language-model.ts';

type Attributes = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** One run, session or evaluation. */
export interface Trace {
  /** One attempt at a provider, as a span of its own. What it throws passes through. */
  attempt(request: GenerationRequest, call: () => Promise<Generation>): Promise<Generation>;
  note(attributes: Attributes): void;
  /** Ends the span and hands it over, without a wait. @param error what ended it, if anything did */
  end(error?: unknown): void;
}

export interface Telemetry {
  begin(name: string, attributes: Attributes): Trace;
  /** Waits a moment for what was not handed over yet. Never rejects. */
  close(): Promise<void>;
}

/** How long one delivery, and the end of a process, may take. */
const DELIVERY_MS = 2000;
const QUEUE = 2048;

/** The conventions' own names; they are still in development, so no package's constants are relied on. */
const finishReasons: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_call',
  'content-filter': 'content_filter',
  other: 'error',
};

const errorType = (error: unknown): string => (isPromptOptError(error) ? error.code : 'internal');

function splitName(model: string): { readonly provider: string; readonly id: string } {
  const slash = model.indexOf('/');
  return { provider: model.slice(0, Math.max(0, slash)), id: model.slice(slash + 1) };
}

function requestAttributes({
  model,
  role,
  temperature,
  topP,
  maxOutputTokens,
  responseFormat,
}: GenerationRequest): Attributes {
  const { provider, id } = splitName(model);
  return {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': provider,
    'gen_ai.request.model': id,
    'gen_ai.request.max_tokens': maxOutputTokens,
    'gen_ai.request.temperature': temperature,
    ...(topP === undefined ? {} : { 'gen_ai.request.top_p': topP }),
    'gen_ai.output.type': responseFormat === undefined || responseFormat.type === 'text' ? 'text' : 'json',
    'promptopt.role': role,
  };
}

function replyAttributes({ usage, finishReason, costUsd }: Generation): Attributes {
  return {
    'gen_ai.usage.input_tokens': usage.inputTokens,
    'gen_ai.usage.output_tokens': usage.outputTokens,
    'gen_ai.usage.cache_read.input_tokens': usage.cachedInputTokens,
    'gen_ai.response.finish_reasons': [finishReasons[finishReason]],
    ...(costUsd === null ? {} : { 'promptopt.cost_usd': costUsd }),
  };
}

/** Without the bytes of images: a span is no place for them. */
const partsOf = (parts: Generation['parts']): unknown[] =>
  parts.map((part) =>
    part.type === 'text'
      ? { type: 'text', content: part.text }
      : { type: 'blob', modality: 'image', mime_type: part.mediaType },
  );

const inputOf = ({ messages }: GenerationRequest): string =>
  JSON.stringify(messages.map(({ role, content }) => ({ role, parts: partsOf(content) })));

const outputOf = ({ parts, toolCalls, finishReason }: Generation): string =>
  JSON.stringify([
    {
      role: 'assistant',
      parts: [
        ...partsOf(parts),
        ...toolCalls.map(({ id, name, arguments: text }) => ({ type: 'tool_call', id, name, arguments: text })),
      ],
      finish_reason: finishReasons[finishReason],
    },
  ]);

/** @returns what resolves when `work` does, fails or has taken too long */
async function atMost(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  // A collector that does not answer is nobody's failure.
  await Promise.race([work.catch(() => undefined), over]);
  clearTimeout(timer);
}

/** Loads the exporter; nothing of it is loaded where nobody asks for telemetry. */
export async function createTelemetry({ url, headers, content, version }: TelemetrySettings): Promise<Telemetry> {
  const [api, sdk, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-proto'),
    import('@opentelemetry/resources'),
  ]);
  const exporter = new OTLPTraceExporter({ url, headers: { ...headers }, timeoutMillis: DELIVERY_MS });
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'promptopt', 'service.version': version }),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter, maxQueueSize: QUEUE, exportTimeoutMillis: DELIVERY_MS })],
  });
  const tracer = provider.getTracer('promptopt', version);
  const { SpanKind, SpanStatusCode } = api;

  return {
    begin(name, attributes) {
      const run = tracer.startSpan(name, { attributes: toMutable(attributes) }, api.ROOT_CONTEXT);
      const inside = api.trace.setSpan(api.ROOT_CONTEXT, run);
      return {
        async attempt(request, call) {
          const asked = requestAttributes(request);
          const span = tracer.startSpan(
            `chat ${splitName(request.model).id}`,
            { kind: SpanKind.CLIENT, attributes: toMutable(asked) },
            inside,
          );
          if (content) span.setAttribute('gen_ai.input.messages', inputOf(request));
          try {
            const generation = await call();
            span.setAttributes(toMutable(replyAttributes(generation)));
            if (content) span.setAttribute('gen_ai.output.messages', outputOf(generation));
            return generation;
          } catch (error) {
            span.setAttribute('error.type', errorType(error));
            span.setStatus({ code: SpanStatusCode.ERROR });
            throw error;
          } finally {
            span.end();
          }
        },
        note(more) {
          run.setAttributes(toMutable(more));
        },
        end(error) {
          if (error !== undefined) {
            run.setAttribute('error.type', errorType(error));
            run.setStatus({ code: SpanStatusCode.ERROR });
          }
          run.end();
          void atMost(DELIVERY_MS, provider.forceFlush());
        },
      };
    },
    close: () => atMost(DELIVERY_MS, provider.shutdown()),
  };
}

/** OpenTelemetry's types want lists it might change. */
const toMutable = (attributes: Attributes): Record<string, string | number | boolean | string[]> =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, typeof value === 'object' ? [...value] : value]),
  );
