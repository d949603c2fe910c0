// One host after another: the calls to one of them, from before it is there until it has ended.
import { type BirpcReturn, createBirpc } from "birpc";
import type { Channel } from "../../core/control/channel";
import { type EventsOf, eventNames } from "../../core/control/rpcEvents";
import { rpcErrors } from "../../core/control/rpcErrors";
import { isCanceled, messageOf } from "../../core/errors";
import type { BackendsApi } from "../../host/backendContract";
import type {
  EditorApi,
  HostApi,
  KnownFolder,
  ServerApi,
} from "../../host/contract";

/** What the window itself does for a host. */
export type WindowEditor = Omit<EditorApi, "onWillEnd" | "onDidLearnWorktrees">;

/** What a window can ask of the process that hosts. */
type Served = HostApi & BackendsApi & ServerApi;

export type Host = BirpcReturn<Served, EditorApi>;

/** Milliseconds between signs of life that are asked of the host. */
const BEAT_EVERY = 2_000;
/** So many in a row that do not come: it hangs. Counted by a timer, which rests while the computer sleeps. */
const MAX_MISSED_BEATS = 5;

/** How a host has ended. */
export interface HostEnd {
  readonly reason: string;
  readonly kind: "onPurpose" | "died" | "hangs";
}

const events: EventsOf<Served> = {
  setActive: true,
  noteFocus: true,
  pushState: true,
  pushDiagnostics: true,
  pushEditedDiff: true,
  forgetSelections: true,
  cancelSend: true,
  endServer: true,
};

export class HostLink {
  readonly host: Host;
  #channel: Channel | undefined;
  /** Calls that wait for the host. */
  readonly #waiting: unknown[] = [];
  #receive: (message: unknown) => void = () => undefined;
  #isExpected = false;

  constructor(
    editor: WindowEditor,
    onDidLearnWorktrees: (known: readonly KnownFolder[]) => void,
  ) {
    const functions: EditorApi = {
      ...unansweredIfCanceled(editor),
      onDidLearnWorktrees,
      onWillEnd: () => {
        this.#isExpected = true;
      },
    };
    this.host = createBirpc<Served, EditorApi>(functions, {
      post: (message) => {
        if (this.#channel) this.#channel.post(message);
        else this.#waiting.push(message);
      },
      on: (receive) => {
        this.#receive = receive;
      },
      // Pushes need no answer, and the next host gets the full state anyway.
      eventNames: eventNames<Served>(events),
      ...rpcErrors,
      // A user may take minutes to answer, so only the host's end ends a call.
      timeout: -1,
    });
  }

  /** Resolves once the host has ended, or has shown no sign of life for long. */
  async connect(channel: Channel): Promise<HostEnd> {
    this.#channel = channel;
    channel.onMessage(this.#receive);
    for (const message of this.#waiting.splice(0)) channel.post(message);
    const heart = this.#listenToHeart();
    const end = await Promise.race([
      heart.stopped,
      channel.ended.then((reason): HostEnd => ({ reason, kind: "died" })),
    ]);
    heart.dispose();
    return this.#isExpected ? { ...end, kind: "onPurpose" } : end;
  }

  /** Rejects what has not been answered. */
  close(reason: string): void {
    this.#channel?.end();
    // Not closed: an event that comes too late is nobody's failure.
    void this.host.$rejectPendingCalls(({ reject }) => {
      reject(new Error(reason));
    });
  }

  #listenToHeart() {
    let missed = 0;
    let stop: (end: HostEnd) => void = () => undefined;
    const stopped = new Promise<HostEnd>((resolve) => {
      stop = resolve;
    });
    const timer = setInterval(() => {
      if (missed >= MAX_MISSED_BEATS)
        stop({ kind: "hangs", reason: "it shows no sign of life" });
      missed += 1;
      this.host.beat().then(
        () => {
          missed = 0;
        },
        // It has ended, which is heard of otherwise.
        (error: unknown) => void messageOf(error),
      );
    }, BEAT_EVERY);
    return {
      stopped,
      dispose: () => {
        clearInterval(timer);
      },
    };
  }
}

/**
 * The window's end rejects whatever still waits in it. That is no answer: the connection ends too, and with it the call.
 */
function unansweredIfCanceled(editor: WindowEditor): WindowEditor {
  const calls = Object.entries(editor as unknown as Calls).map(
    ([name, call]) => {
      const guarded = async (...args: unknown[]): Promise<unknown> => {
        try {
          return await call(...args);
        } catch (error) {
          if (!isCanceled(error)) throw error;
          return new Promise(() => undefined);
        }
      };
      return [name, guarded] as const;
    },
  );
  return Object.fromEntries(calls) as unknown as EditorApi;
}

type Calls = Readonly<Record<string, (...args: unknown[]) => unknown>>;
