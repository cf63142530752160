/** The thread user code and user patterns run in: no I/O inside, and ended from outside when it takes too long. */
import { parentPort } from 'node:worker_threads';
import type { QuickJSWASMModule } from 'quickjs-emscripten-core';

export type SandboxRequest =
  | {
      readonly id: number;
      readonly kind: 'match';
      readonly pattern: string;
      readonly flags: string;
      readonly text: string;
    }
  | {
      readonly id: number;
      readonly kind: 'evaluate';
      readonly expression: string;
      readonly variables: string;
      readonly milliseconds: number;
    };

export type SandboxAnswer =
  { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: string };

const MEMORY_BYTES = 16 * 1024 * 1024;
const STACK_BYTES = 512 * 1024;

let quickjs: QuickJSWASMModule | null = null;

async function loadQuickJs(): Promise<QuickJSWASMModule> {
  if (quickjs !== null) return quickjs;
  const [{ newQuickJSWASMModuleFromVariant }, { default: variant }] = await Promise.all([
    import('quickjs-emscripten-core'),
    import('@jitl/quickjs-singlefile-cjs-release-sync'),
  ]);
  quickjs = await newQuickJSWASMModuleFromVariant(variant);
  return quickjs;
}

async function evaluate(expression: string, variables: string, milliseconds: number): Promise<unknown> {
  const module = await loadQuickJs();
  const runtime = module.newRuntime();
  runtime.setMemoryLimit(MEMORY_BYTES);
  runtime.setMaxStackSize(STACK_BYTES);
  const deadline = Date.now() + milliseconds;
  runtime.setInterruptHandler(() => Date.now() > deadline);
  const context = runtime.newContext();
  try {
    const names = Object.keys(JSON.parse(variables) as object);
    const source = `JSON.stringify(((${names.join(', ')}) => (${expression}\n))(...Object.values(${variables})))`;
    const result = context.evalCode(source, 'constraint.js');
    if (result.error !== undefined) {
      const error: unknown = context.dump(result.error);
      result.error.dispose();
      throw new Error(
        typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error),
      );
    }
    const json: unknown = context.dump(result.value);
    result.value.dispose();
    return typeof json === 'string' ? (JSON.parse(json) as unknown) : undefined;
  } finally {
    context.dispose();
    runtime.dispose();
  }
}

parentPort?.on('message', (request: SandboxRequest) => {
  const answer = (message: SandboxAnswer): void => parentPort?.postMessage(message);
  const run = async (): Promise<unknown> => {
    if (request.kind === 'match') return new RegExp(request.pattern, request.flags).test(request.text);
    return await evaluate(request.expression, request.variables, request.milliseconds);
  };
  run().then(
    (value) => {
      answer({ id: request.id, value });
    },
    (error: unknown) => {
      answer({ id: request.id, error: error instanceof Error ? error.message : String(error) });
    },
  );
});
