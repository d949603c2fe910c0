import assert from "node:assert/strict";
import fc from "fast-check";
import { truncate } from "../../../src/core/truncate";

describe("truncate", () => {
  it("keeps as much as fits, in whole characters", () => {
    assert.equal(truncate("abc", 3), "abc");
    assert.equal(truncate("abc", 2), "ab");
    assert.equal(truncate("aüb", 2), "a");
    assert.equal(truncate("a😀", 4), "a");
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme-composite" }),
        fc.nat({ max: 20 }),
        (text, max) => {
          const cut = truncate(text, max);
          assert.ok(text.startsWith(cut));
          assert.ok(Buffer.byteLength(cut) <= max);
          const next = String.fromCodePoint(
            ...[text.codePointAt(cut.length)].filter(
              (each) => each !== undefined,
            ),
          );
          if (next !== "")
            assert.ok(Buffer.byteLength(cut) + Buffer.byteLength(next) > max);
        },
      ),
    );
  });
});
