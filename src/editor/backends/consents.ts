// What a workspace's settings may run: a backend is a command, so each exact definition is shown to the user once, whole, and again
// when it has changed.
import { createHash } from "node:crypto";
import * as vscode from "vscode";
import {
  backendIsTooLongToShow,
  backendNotAllowedYet,
  backendOfUserCounts,
  mayBackendsRun,
} from "../../core/backendMessages";
import {
  type BackendDefinition,
  backendKey,
} from "../../core/backends/definition";
import {
  canBeShown,
  describeDefinition,
} from "../../core/backends/describeDefinition";
import { messageOf } from "../../core/errors";
import { Lifetime } from "../../core/lifetime";
import type { Log } from "../../core/log";
import type { WindowBackends } from "../../host/backendContract";
import { escapeMessage } from "../escape";
import type { BackendSettings } from "../settings/backendSettings";

/** In the state of the workspace, so that another one asks for itself. The last allowed definition's hash by name. */
const KEY = "allowedBackends";
type Allowed = Readonly<Record<string, string>>;

export class Consents {
  readonly #lifetime = new Lifetime();
  readonly #changed = this.#lifetime.own(new vscode.EventEmitter<void>());
  /** Those of the workspace that may not run yet. */
  #pending: readonly BackendDefinition[] = [];
  /** Asked and told in this session, whatever the answer was. */
  readonly #asked = new Set<string>();

  /** The user has allowed something. */
  readonly onDidChange = this.#changed.event;

  constructor(
    private readonly state: vscode.Memento,
    private readonly log: Log,
  ) {}

  /** Of the workspace's, those that run, and why the others do not. Asks about those that nobody has decided about. */
  judge({ user, workspace }: BackendSettings): WindowBackends {
    const taken = new Set(user.map(({ name }) => backendKey(name)));
    const own = workspace.filter(({ name }) => !taken.has(backendKey(name)));
    for (const { name } of workspace.filter((each) => !own.includes(each)))
      this.#tellOnce(backendOfUserCounts(name));
    const asked = own.filter((each) => !this.#isAllowed(each));
    this.#pending = asked.filter(canBeShown);
    this.#offer().catch((error: unknown) => {
      this.log.error(messageOf(error));
    });
    return {
      user,
      workspace: own.filter((each) => !asked.includes(each)),
      refused: asked.map((each) => [
        each.name,
        canBeShown(each)
          ? backendNotAllowedYet(each.name)
          : backendIsTooLongToShow(each.name),
      ]),
    };
  }

  /** Whether the user can allow it. */
  isPending(name: string): boolean {
    return this.#pending.some((each) => each.name === name);
  }

  /** Shows all that would run. Returns whether it may. */
  async review(name: string): Promise<boolean> {
    const definition = this.#pending.find((each) => each.name === name);
    if (!definition) return false;
    const allow = "Allow";
    const answer = await vscode.window.showWarningMessage(
      mayBackendsRun([name]),
      { modal: true, detail: describeDefinition(definition) },
      allow,
    );
    if (answer !== allow) return false;
    await this.state.update(KEY, {
      ...this.#allowed,
      [name]: hashOf(definition),
    });
    this.#changed.fire();
    return true;
  }

  dispose(): Promise<void> {
    return this.#lifetime.dispose();
  }

  get #allowed(): Allowed {
    return this.state.get<Allowed>(KEY, {});
  }

  #isAllowed(definition: BackendDefinition): boolean {
    return this.#allowed[definition.name] === hashOf(definition);
  }

  /** One notification, however many there are. */
  async #offer(): Promise<void> {
    const unasked = this.#pending.filter(
      (each) => !this.#asked.has(hashOf(each)),
    );
    if (unasked.length === 0) return;
    for (const each of unasked) this.#asked.add(hashOf(each));
    const review = "Review...";
    const names = unasked.map(({ name }) => name);
    const answer = await vscode.window.showWarningMessage(
      mayBackendsRun(names),
      review,
    );
    if (answer !== review) return;
    for (const name of names) await this.review(name);
  }

  #tellOnce(sentence: string): void {
    if (this.#asked.has(sentence)) return;
    this.#asked.add(sentence);
    this.log.warn(sentence);
    void vscode.window.showInformationMessage(escapeMessage(sentence));
  }
}

function hashOf(definition: BackendDefinition): string {
  return createHash("sha256").update(JSON.stringify(definition)).digest("hex");
}
