// Windows whose settings define backends, and what they are told of them.
import assert from "node:assert/strict";
import { parseBackends } from "../../../src/core/backends/definition";
import type { BackendView } from "../../../src/host/backendContract";
import { until } from "../../harness/until";
import type { Ground } from "./ground";
import { onPort } from "./serve";
import { Window, type WindowSetup } from "./window";

type Ready = BackendView & { readonly state: { readonly kind: "ready" } };

/** A server that starts with its worktree. */
export const web = { ...onPort(), start: "withWorktree" };

export function parse(backends: Readonly<Record<string, unknown>>) {
  return parseBackends(backends)?.definitions ?? [];
}

/** Of the worktree `app` of the ground, where no other is named. */
export function backendWindows(ground: Ground) {
  const open = async (
    backends: Readonly<Record<string, unknown>>,
    change: Partial<WindowSetup> = {},
  ) =>
    ground.own(
      await Window.open({
        home: ground.home,
        lockDirectory: ground.locks,
        folders: [ground.make("app")],
        backends: parse(backends),
        ...change,
      }),
    );
  const view = (window: Window, name = "web", worktree = ground.path("app")) =>
    window.backends.find(
      (each) => each.name === name && each.worktree === worktree,
    );
  const is = (kind: string, window: Window, name = "web", worktree?: string) =>
    until(`${name} is ${kind}`, () => {
      const found = view(window, name, worktree);
      return found?.state.kind === kind && found;
    });
  const ready = async (window: Window, name = "web", worktree?: string) =>
    ((await is("ready", window, name, worktree)) as Ready).state;
  const request = async (window: Window, name = "web") => {
    const outcome = await window.host.requestBackend(ground.path("app"), name);
    assert.equal(outcome.kind, "done", JSON.stringify(outcome));
    return ready(window, name);
  };
  return { open, view, is, ready, request };
}
