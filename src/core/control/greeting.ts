// How a window and the supervisor make sure of each other before anything else is said: each proves that it knows the token,
// which is never sent. The window's environment, which may hold secrets, follows only after that.
import { createHmac } from "node:crypto";
import { freshToken } from "../system/freshToken";
import type { Channel } from "./channel";
import { isSameSecret } from "./proof";

interface Side {
  readonly protocol: number;
  /** Of the extension. */
  readonly version: string;
}

interface Hello extends Side {
  readonly nonce: string;
}

interface Answer extends Hello {
  readonly proof: string;
}

interface Attach {
  readonly proof: string;
  readonly window: unknown;
}

/** Greets the supervisor, and tells it about the window. Resolves with its version; rejects if it is another program. */
export async function greetSupervisor(
  channel: Channel,
  token: string,
  side: Side,
  window: unknown,
): Promise<string> {
  const nonce = freshToken();
  channel.post({ ...side, nonce } satisfies Hello);
  const answer = (await nextMessage(channel)) as Partial<Answer> | null;
  if (
    !isSameProof(answer?.proof, prove(token, "supervisor", nonce)) ||
    typeof answer?.nonce !== "string" ||
    answer.protocol !== side.protocol
  )
    throw new Error("another program, or another version, answers");
  const proof = prove(token, "window", answer.nonce);
  channel.post({ proof, window } satisfies Attach);
  return answer.version ?? "";
}

/** Greets a window. Resolves with what it tells; rejects if it is another program. */
export async function greetWindow(
  channel: Channel,
  token: string,
  side: Side,
): Promise<{ readonly version: string; readonly window: unknown }> {
  const hello = (await nextMessage(channel)) as Partial<Hello> | null;
  if (
    hello?.protocol !== side.protocol ||
    typeof hello.version !== "string" ||
    typeof hello.nonce !== "string"
  )
    throw new Error("it does not speak this protocol");
  const nonce = freshToken();
  const proof = prove(token, "supervisor", hello.nonce);
  channel.post({ ...side, nonce, proof } satisfies Answer);
  const attach = (await nextMessage(channel)) as Partial<Attach> | null;
  if (!isSameProof(attach?.proof, prove(token, "window", nonce)))
    throw new Error("it does not know the token");
  return { version: hello.version, window: attach?.window };
}

/** Rejects if the channel ends first. */
async function nextMessage(channel: Channel): Promise<unknown> {
  const received = new Promise<unknown>((resolve) => {
    channel.onMessage((message) => {
      channel.onMessage(undefined);
      resolve(message);
    });
  });
  return Promise.race([
    received,
    channel.ended.then((reason) => {
      throw new Error(reason);
    }),
  ]);
}

function prove(token: string, role: "supervisor" | "window", nonce: string) {
  return createHmac("sha256", token)
    .update(`berth ${role}\n${nonce}`)
    .digest("base64url");
}

function isSameProof(sent: unknown, proof: string): boolean {
  return typeof sent === "string" && isSameSecret(sent, proof);
}
