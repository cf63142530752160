import assert from 'node:assert/strict';
import fc from 'fast-check';
import { pairedBootstrapInterval } from '../../../src/engine/statistics/bootstrap.ts';
import { meanInterval, wilsonInterval } from '../../../src/engine/statistics/descriptive.ts';
import { cliffsDelta, cohensDz, pairedOddsRatio } from '../../../src/engine/statistics/effect-size.ts';
import { mcnemarExact, pairedT, signFlip } from '../../../src/engine/statistics/paired-tests.ts';
import { detectableDifference, rowsNeeded } from '../../../src/engine/statistics/power.ts';
import { createRandom } from '../../../src/engine/statistics/random.ts';
import {
  incompleteBeta,
  normalCdf,
  normalQuantile,
  studentCritical,
  studentTwoSided,
} from '../../../src/engine/statistics/special-functions.ts';

const close = (actual: number, expected: number, relative = 1e-9): void => {
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.max(1e-300, Math.abs(expected)),
    `${actual} is not ${expected}`,
  );
};

describe('special functions', () => {
  it('agree with the closed forms', () => {
    // I_x(2, 3) = x²(6 − 8x + 3x²); with one degree of freedom t is Cauchy, with two P(|T| > t) = 1 − t/√(t² + 2).
    for (const x of [0.01, 0.2, 0.5, 0.77, 0.99]) close(incompleteBeta(x, 2, 3), x * x * (6 - 8 * x + 3 * x * x));
    for (const t of [0.1, 1, 3, 40]) {
      close(studentTwoSided(t, 1), 1 - (2 / Math.PI) * Math.atan(t), 1e-7);
      close(studentTwoSided(t, 2), 1 - t / Math.sqrt(t * t + 2), 1e-7);
    }
  });

  it('give the quantiles every table prints', () => {
    close(normalQuantile(0.975), 1.959963984540054, 1e-10);
    close(normalQuantile(0.8), 0.8416212335729143, 1e-10);
    close(normalCdf(-1.959963984540054), 0.025, 1e-9);
    close(studentCritical(0.05, 10), 2.2281388519649385, 1e-9);
    close(studentCritical(0.05, 59), 2.0009953780882683, 1e-8);
  });
});

describe('paired tests', () => {
  it('reproduce Student 1908, the sleep data (R: t.test(extra ~ group, paired = TRUE), p = 0.002833)', () => {
    const first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2];
    const second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
    const differences = second.map((value, index) => value - first[index]!);
    const result = pairedT(differences);
    assert.equal(result.t.toFixed(4), '4.0621');
    assert.equal(result.pValue.toFixed(6), '0.002833');
    const [low, high] = meanInterval(differences);
    assert.equal(low.toFixed(4), '0.7001');
    assert.equal(high.toFixed(4), '2.4599');
  });

  it("reproduce Fisher's exact sign-flip p for Darwin's maize (1935): 1726 of 32768 arrangements", () => {
    const darwin = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];
    close(signFlip(darwin, createRandom(1)).pValue, 1726 / 32768);
  });

  it('count McNemar exactly', () => {
    close(mcnemarExact(9, 1).pValue, 2 * (11 / 1024), 1e-10);
    assert.equal(mcnemarExact(0, 0).pValue, 1);
    assert.equal(mcnemarExact(5, 5).pValue, 1);
  });

  it('have defined results for degenerate input and refuse NaN by name', () => {
    assert.equal(pairedT([]).pValue, 1);
    assert.equal(pairedT([0, 0, 0]).pValue, 1);
    assert.equal(pairedT([1, 1, 1]).pValue, 0);
    assert.equal(signFlip([0, 0], createRandom(1)).pValue, 1);
    assert.throws(() => pairedT([1, Number.NaN]), /differences\[1\]/);
  });

  it('do not care about the sign of the difference', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 2, maxLength: 12 }), (values) => {
        const negated = values.map((value) => -value);
        assert.ok(Math.abs(pairedT(values).pValue - pairedT(negated).pValue) < 1e-12);
        const [p, q] = [signFlip(values, createRandom(3)).pValue, signFlip(negated, createRandom(3)).pValue];
        assert.equal(p, q);
        assert.ok(p >= 0 && p <= 1);
      }),
    );
  });
});

describe('intervals', () => {
  it("give Wilson's interval (Newcombe 1998, table 1: 81 of 263 is 0.2553 to 0.3662)", () => {
    const [low, high] = wilsonInterval(81, 263);
    assert.equal(low.toFixed(4), '0.2553');
    assert.equal(high.toFixed(4), '0.3662');
  });

  it('hold the share itself, also when nothing or everything succeeded', () => {
    for (const n of [1, 7, 60, 100]) {
      assert.equal(wilsonInterval(0, n)[0], 0);
      assert.equal(wilsonInterval(n, n)[1], 1);
    }
  });

  it('cover the true mean about as often as they say', () => {
    let covered = 0;
    const trials = 300;
    for (let trial = 0; trial < trials; trial++) {
      const random = createRandom('coverage', trial);
      const differences = Array.from({ length: 60 }, () => (random.next() < 0.35 ? 1 : random.next() < 0.2 ? -1 : 0));
      const truth = 0.35 - 0.65 * 0.2;
      const [low, high] = pairedBootstrapInterval(differences, { random, resamples: 1000 });
      if (low <= truth && truth <= high) covered++;
    }
    assert.ok(covered / trials > 0.91 && covered / trials < 0.98, `covered ${covered} of ${trials}`);
  });

  it('collapse to the mean when every difference is the same', () => {
    assert.deepEqual(pairedBootstrapInterval([0.5, 0.5, 0.5], { random: createRandom(1) }), [0.5, 0.5]);
  });
});

describe('effect sizes and power', () => {
  it('follow their definitions', () => {
    close(cohensDz([1, 2, 3]), 2);
    assert.equal(cliffsDelta([3, 4], [1, 2]), 1);
    assert.equal(cliffsDelta([1, 2], [1, 2]), 0);
    assert.equal(pairedOddsRatio(9, 3), 3);
    assert.equal(pairedOddsRatio(4, 0), 9);
  });

  it('say what rows can show, and how many a difference needs', () => {
    const sd = Math.sqrt(0.2);
    assert.equal(rowsNeeded(0.1, sd), 157);
    assert.ok(Math.abs(detectableDifference(157, sd) - 0.1) < 0.001);
    assert.equal(detectableDifference(0, sd), Infinity);
  });
});

describe('random streams', () => {
  it('repeat for the same path and differ for others', () => {
    const draw = (...path: (string | number)[]): number[] => {
      const random = createRandom(7, ...path);
      return Array.from({ length: 5 }, () => random.next());
    };
    assert.deepEqual(draw('a', 1), draw('a', 1));
    assert.notDeepEqual(draw('a', 'b'), draw('ab'));
    assert.notDeepEqual(draw('a', 1), draw('a', 2));
  });

  it('are uniform and uncorrelated between neighbouring paths', () => {
    let [sum, product] = [0, 0];
    const n = 20_000;
    for (let index = 0; index < n; index++) {
      const [a, b] = [createRandom(1, 'x', index).next(), createRandom(1, 'x', index + 1).next()];
      sum += a;
      product += (a - 0.5) * (b - 0.5);
    }
    assert.ok(Math.abs(sum / n - 0.5) < 0.01);
    assert.ok(Math.abs(product / n) < 0.003);
  });

  it('shuffle without losing anything and weigh as asked', () => {
    const random = createRandom(5);
    assert.deepEqual(random.shuffle([1, 2, 3, 4, 5]).sort(), [1, 2, 3, 4, 5]);
    const counts = [0, 0, 0];
    for (let index = 0; index < 6000; index++) counts[random.weighted([1, 0, 2])]!++;
    assert.equal(counts[1], 0);
    assert.ok(Math.abs(counts[2]! / counts[0]! - 2) < 0.2);
    assert.ok([0, 1].includes(random.weighted([0, 0])));
  });
});
