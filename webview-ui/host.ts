/** A page's line to the extension: typed messages both ways, and what the page keeps over a reload of the window. */

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

/** VS Code puts it there; it may be asked for once only. */
declare function acquireVsCodeApi(): VsCodeApi;

export interface Host<Incoming, Outgoing, Kept> {
  readonly post: (message: Outgoing) => void;
  /** Calls back with every message of the extension; the answer ends that. */
  readonly subscribe: (listener: (message: Incoming) => void) => () => void;
  /** What an earlier life of this page kept. It may be of an older version, so every part may be missing. */
  readonly kept: Partial<Kept>;
  readonly keep: (state: Kept) => void;
}

/** Connects the page. A page trusts its host, so messages are taken as they are; the host checks a page's. */
export function connectHost<Incoming, Outgoing, Kept extends object>(): Host<Incoming, Outgoing, Kept> {
  const api = acquireVsCodeApi();
  const kept = api.getState();
  return {
    post(message) {
      api.postMessage(message);
    },
    subscribe(listener) {
      const receive = ({ data }: MessageEvent<Incoming>): void => {
        listener(data);
      };
      window.addEventListener('message', receive);
      return () => {
        window.removeEventListener('message', receive);
      };
    },
    kept: typeof kept === 'object' && kept !== null ? kept : {},
    keep(state) {
      api.setState(state);
    },
  };
}
