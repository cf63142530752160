/** Each provider with a server to ask: its bare SDK beside the provider, and the requests both send. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Anthropic } from '@anthropic-ai/sdk';
import { Ollama } from 'ollama/browser';
import { OpenAI } from 'openai';
import type { GenerationRequest } from '../../src/engine/models/language-model.ts';
import { textMessage } from '../../src/engine/models/language-model.ts';
import type { ProviderDescriptor } from '../../src/engine/models/provider.ts';
import { anthropic } from '../../src/engine/models/providers/anthropic.ts';
import { toWire } from '../../src/engine/models/providers/anthropic/request.ts';
import { ollama } from '../../src/engine/models/providers/ollama.ts';
import { toChat } from '../../src/engine/models/providers/ollama/request.ts';
import { openai } from '../../src/engine/models/providers/openai.ts';
import { toChatParams } from '../../src/engine/models/providers/openai/chat.ts';
import { renderMessages } from '../../src/engine/spec/template.ts';
import { triageExamples, triageSpec } from './triage.ts';

export interface Wire {
  readonly provider: ProviderDescriptor;
  /** Where it is asked: a server that takes so many milliseconds. */
  readonly baseUrl: (port: number, latency: number) => string;
  /** Asks by the SDK alone; what it sends is made before. */
  readonly bare: (baseUrl: string, requests: readonly GenerationRequest[]) => readonly (() => Promise<unknown>)[];
}

const at = (port: number, latency: number): string => `http://127.0.0.1:${port}/${latency}`;

export const wires: readonly Wire[] = [
  {
    provider: openai,
    baseUrl: (port, latency) => `${at(port, latency)}/v1`,
    bare(baseURL, requests) {
      const client = new OpenAI({ apiKey: 'none', baseURL, maxRetries: 0 });
      return requests.map((request) => {
        const body = { ...toChatParams({ ...request, model: 'm' }, {}, 'openai'), stream: false as const };
        return () => client.chat.completions.create(body);
      });
    },
  },
  {
    provider: anthropic,
    baseUrl: at,
    bare(baseURL, requests) {
      const client = new Anthropic({ apiKey: 'none', baseURL, maxRetries: 0 });
      return requests.map((request) => {
        const { body } = toWire({ ...request, model: 'm' }, (schema) => schema);
        return () => client.post('/v1/messages', { body });
      });
    },
  },
  {
    provider: ollama,
    baseUrl: at,
    bare(host, requests) {
      const client = new Ollama({ host });
      return requests.map((request) => {
        const body = { ...toChat({ ...request, model: 'm' }, 4096), stream: false as const };
        return () => client.chat(body);
      });
    },
  },
];

const spec = triageSpec();

/** About 3 kB each. A label of its own in each round, so that no round finds another's replies. */
export const requestsOf = (model: string, count: number, label: string): GenerationRequest[] =>
  triageExamples(spec, count, label).map(({ inputs }) => ({
    model,
    role: 'target',
    messages: renderMessages(spec.prompt, inputs).map(({ role, content }) => textMessage(role, content)),
    temperature: 0,
    maxOutputTokens: 256,
    sample: 0,
  }));

export interface BenchServer {
  readonly port: number;
  /** What it has counted, where it counts. */
  readonly ask: () => Promise<{ readonly answered: number; readonly refused: number }>;
  readonly stop: () => void;
}

/** A server in a process of its own. */
export async function startServer(script: string, ...options: readonly string[]): Promise<BenchServer> {
  const server = fork(join(import.meta.dirname, script), options, { execArgv: [] });
  const [port] = (await once(server, 'message')) as [number];
  return {
    port,
    async ask() {
      const told = once(server, 'message');
      server.send('count');
      return ((await told) as [{ answered: number; refused: number }])[0];
    },
    stop() {
      server.disconnect();
    },
  };
}
