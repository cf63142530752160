/** One stream for any number of readers, each from the beginning. */

export interface Broadcast<T> {
  publish(item: T): void;
  end(): void;
  subscribe(): AsyncIterator<T>;
}

export function createBroadcast<T>(): Broadcast<T> {
  const items: T[] = [];
  let ended = false;
  let wake: (() => void)[] = [];
  const wakeAll = (): void => {
    const sleeping = wake;
    wake = [];
    for (const resolve of sleeping) resolve();
  };
  return {
    publish(item) {
      items.push(item);
      wakeAll();
    },
    end() {
      ended = true;
      wakeAll();
    },
    subscribe() {
      let position = 0;
      return {
        async next() {
          while (position >= items.length) {
            if (ended) return { done: true, value: undefined };
            await new Promise<void>((resolve) => wake.push(resolve));
          }
          return { done: false, value: items[position++] as T };
        },
      };
    },
  };
}
