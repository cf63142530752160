import assert from 'node:assert/strict';
import { describeError } from '../../../src/protocol/errors.ts';
import { endpointOf, readKey } from '../../../src/engine/models/providers/endpoint.ts';
import { connectionError, refusalError, retryAfterOf } from '../../../src/engine/models/providers/http-errors.ts';
import type { RefusalKind } from '../../../src/engine/models/providers/http-errors.ts';

const NAMED = { name: 'shop', title: 'Shop', keyVariable: 'SHOP_KEY', baseUrlVariable: 'SHOP_URL' };
const NOW = Date.parse('2026-01-01T12:00:00Z');

describe('failures over HTTP', () => {
  it('read a hint in each of its forms, never below zero and never from nonsense', () => {
    const hints: readonly (readonly [Record<string, string>, number | undefined])[] = [
      [{}, undefined],
      [{ 'retry-after': '7' }, 7000],
      [{ 'retry-after': '0' }, 0],
      [{ 'retry-after': '-5' }, 0],
      [{ 'retry-after': 'soon' }, undefined],
      [{ 'retry-after': '' }, undefined],
      [{ 'retry-after-ms': '', 'retry-after': '2' }, 2000],
      [{ 'retry-after-ms': '1500', 'retry-after': '7' }, 1500],
      [{ 'retry-after-ms': 'x', 'retry-after': '7' }, 7000],
      [{ 'retry-after': 'Thu, 01 Jan 2026 12:00:30 GMT' }, 30_000],
      [{ 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }, 0],
      [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '1m30s' }, 90_000],
      [{ 'x-ratelimit-remaining-requests': '3', 'x-ratelimit-reset-requests': '1m30s' }, undefined],
      [{ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '20ms' }, 20],
      [{ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': 'later' }, undefined],
    ];
    for (const [headers, expected] of hints)
      assert.equal(retryAfterOf(new Headers(headers), NOW), expected, JSON.stringify(headers));
    assert.equal(retryAfterOf(undefined, NOW), undefined);
  });

  it('count a date by the server’s own clock, whichever of the two runs wrong', () => {
    const headers = new Headers({
      date: 'Thu, 01 Jan 2026 12:00:00 GMT',
      'retry-after': 'Thu, 01 Jan 2026 12:00:05 GMT',
    });
    for (const years of [-30, 0, 30]) assert.equal(retryAfterOf(headers, NOW + years * 31_536_000_000), 5000);
  });

  it('say in one sentence each what to do, and show no text of the server', () => {
    const endpoint = endpointOf(NAMED, 'https://shop.example/v1', false);
    const kinds: readonly RefusalKind[] = [
      'wrong-key',
      'not-allowed',
      'no-quota',
      'unknown-model',
      'rate-limit',
      'failed',
      'too-long',
      'filtered',
      'proxy',
      'refused',
    ];
    for (const kind of kinds)
      for (const status of [418, undefined])
        for (const modelId of ['m', '']) {
          const error = refusalError(endpoint, { kind, status, modelId, code: 'a sentence of the server' });
          const told = describeError(error);
          assert.doesNotMatch(told, /undefined|sentence of the server/);
          assert.match(told, /^\p{Lu}[^\n]*\. \p{Lu}[^\n]*\.$/u);
          assert.equal(error.details.provider, 'shop');
        }
    assert.match(refusalError(endpoint, { status: 400, modelId: 'm', code: 'odd_one' }).message, /\(400, odd_one\)/);
  });

  it('tell by the code of a connection whether anything can have been billed', () => {
    const endpoint = endpointOf(NAMED, 'http://127.0.0.1:1/v1', true);
    const failed = (code: string) => new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code }) });
    for (const [code, expected, cost] of [
      ['ECONNREFUSED', 'transient', false],
      ['ENOTFOUND', 'transient', false],
      ['ECONNRESET', 'transient', true],
      ['CERT_HAS_EXPIRED', 'unavailable', false],
      ['SELF_SIGNED_CERT_IN_CHAIN', 'unavailable', false],
      ['ERR_TLS_CERT_ALTNAME_INVALID', 'unavailable', false],
    ] as const) {
      const error = connectionError(endpoint, failed(code), false);
      assert.deepEqual([error.code, error.details.mayHaveCost ?? false], [expected, cost], code);
    }
    const both = new AggregateError([failed('ECONNREFUSED')]);
    assert.equal(connectionError(endpoint, both, false).details.mayHaveCost ?? false, false);
    assert.equal(connectionError(endpoint, failed('ECONNREFUSED'), true).details.mayHaveCost, true);
  });

  it('show an address without what may be secret in it', () => {
    const shown = endpointOf(NAMED, 'https://shop.example/v1/?key=planted', true);
    assert.deepEqual([shown.baseUrl, shown.who], ['https://shop.example/v1', 'https://shop.example/v1']);
    assert.throws(() => endpointOf(NAMED, 'shop', true), /is no URL/);
    assert.throws(
      () => endpointOf(NAMED, 'https://me:planted@shop.example', true),
      (error) => error instanceof Error && !error.message.includes('planted'),
    );
  });

  it('take a key as it can be sent', () => {
    assert.equal(readKey(undefined, NAMED), undefined);
    assert.equal(readKey(' \n', NAMED), undefined);
    assert.equal(readKey(' key-1\n', NAMED), 'key-1');
    assert.throws(
      () => readKey('key\u200b-1', NAMED),
      (error) => !describeError(error).includes('key\u200b') && describeError(error).includes('SHOP_KEY'),
    );
  });
});
