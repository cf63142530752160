/** What the contract suite needs of a provider: a server on 127.0.0.1 that speaks its protocol, well or badly. */
import type { ProviderDescriptor, ProviderSettings } from '../../../src/engine/models/provider.ts';

/** How a server answers from now on. */
export type ServerMode =
  /** As the embedded apprentice would, streamed when asked to. */
  | 'answer'
  /** Takes the request and says nothing. */
  | 'hold'
  /** The provider's own answer to a key that is wrong. */
  | 'wrong-key'
  /** The provider's own answer to an account without money. */
  | 'no-quota'
  /** Too many requests, with the provider's own hint to wait 50 ms. */
  | 'rate-limit'
  | 'overloaded'
  | 'unknown-model'
  | 'too-long'
  /** A reply the provider's filter withheld. */
  | 'content-filter'
  /** A complete reply without text. */
  | 'empty'
  /** A reply cut by its limit. */
  | 'cut'
  /** JSON that ends in the middle. */
  | 'truncated-json'
  /** A stream, or a body, whose connection is cut half way. */
  | 'half'
  /** 200 with a page of a proxy. */
  | 'html'
  /** A reply that counts no tokens. */
  | 'no-usage';

/** A local server of one provider's protocol. */
export interface ProviderServer {
  /** What to connect with. The key is `planted-key-…`, so that a leak can be found. */
  readonly settings: ProviderSettings;
  /** Bodies received, in order, as text. */
  readonly received: readonly string[];
  mode(mode: ServerMode): void;
  close(): Promise<void>;
}

export interface ProviderHarness {
  readonly provider: ProviderDescriptor;
  /** A model of the server, without the provider. */
  readonly model: string;
  /** Model parameters of the spec, where one of them chooses another protocol of the provider. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** Modes this provider has no such thing as, each with the reason. */
  readonly without: Readonly<Partial<Record<ServerMode, string>>>;
  /** Null when the provider answers in this process. */
  readonly start: (() => Promise<ProviderServer>) | null;
}
