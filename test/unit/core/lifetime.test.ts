import assert from "node:assert/strict";
import { Lifetime } from "../../../src/core/lifetime";

describe("Lifetime", () => {
  it("disposes what it owns one at a time, newest first", async () => {
    const lifetime = new Lifetime();
    const order: string[] = [];
    const add = (name: string) => {
      lifetime.defer(async () => {
        order.push(`${name} begins`);
        await new Promise(setImmediate);
        order.push(`${name} ends`);
      });
    };
    add("first");
    add("second");
    await Promise.all([lifetime.dispose(), lifetime.dispose()]);
    assert.deepEqual(order, [
      "second begins",
      "second ends",
      "first begins",
      "first ends",
    ]);
    assert.ok(lifetime.isEnded);
  });

  it("disposes independent members at the same time, in their turn among the others", async () => {
    const lifetime = new Lifetime();
    const order: string[] = [];
    lifetime.defer(() => order.push("first"));
    const member = (name: string) => ({
      dispose: async () => {
        order.push(`${name} begins`);
        await new Promise(setImmediate);
        order.push(`${name} ends`);
      },
    });
    lifetime.ownTogether([member("a"), member("b")]);
    lifetime.defer(() => order.push("last"));
    await lifetime.dispose();
    assert.deepEqual(order, [
      "last",
      "a begins",
      "b begins",
      "a ends",
      "b ends",
      "first",
    ]);
  });

  it("disposes every independent member, whatever one of them throws", async () => {
    const lifetime = new Lifetime();
    let isDisposed = false;
    lifetime.ownTogether([
      {
        dispose: () => {
          throw new Error("at once");
        },
      },
      { dispose: () => (isDisposed = true) },
    ]);
    await assert.rejects(lifetime.dispose(), AggregateError);
    assert.ok(isDisposed);
  });

  it("continues after a failure and reports all failures together", async () => {
    const lifetime = new Lifetime();
    const order: number[] = [];
    lifetime.defer(() => order.push(1));
    lifetime.defer(() => Promise.reject(new Error("late")));
    lifetime.defer(() => {
      throw new Error("early");
    });
    await assert.rejects(lifetime.dispose(), (error: AggregateError) => {
      assert.deepEqual(
        error.errors.map(({ message }: Error) => message),
        ["early", "late"],
      );
      return true;
    });
    assert.deepEqual(order, [1]);
  });

  it("immediately disposes anything added after it has ended", async () => {
    const lifetime = new Lifetime();
    await lifetime.dispose();
    let isEnded = false;
    const late = { dispose: () => (isEnded = true) };
    assert.equal(lifetime.own(late), late);
    assert.ok(isEnded);
    lifetime.defer(() =>
      Promise.reject(new Error("nobody is there to hear this")),
    );
  });
});
