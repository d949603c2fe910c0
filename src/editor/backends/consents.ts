// What a workspace's settings may run: a backend is a command, so each exact definition is shown to the user once, whole, and again
// when it has changed.
import { createHash } from "node:crypto";
import * as vscode from "vscode";
import type { BackendDefinition } from "../../core/backends/definition";
import {
  backendNotAllowedYet,
  backendOfUserCounts,
  describeCommandLine,
  mayBackendRun,
} from "../../core/backendMessages";
import type { BackendSettings } from "../settings/backendSettings";
import { Lifetime } from "../../core/lifetime";
import type { Log } from "../../core/log";
import type { WindowBackends } from "../../host/backendContract";

/** In the state of the workspace, so that another one asks for itself. */
const KEY = "allowedBackends";

export class Consents {
  readonly #lifetime = new Lifetime();
  readonly #changed = this.#lifetime.own(new vscode.EventEmitter<void>());
  /** Those of the workspace that may not run. */
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
    const taken = new Set(user.map(({ name }) => name));
    const allowed = new Set(this.state.get<string[]>(KEY, []));
    const hidden = workspace.filter(({ name }) => taken.has(name));
    const own = workspace.filter(({ name }) => !taken.has(name));
    this.#pending = own.filter((each) => !allowed.has(hashOf(each)));
    for (const { name } of hidden) this.#tellOnce(backendOfUserCounts(name));
    for (const definition of this.#pending) void this.#offer(definition);
    return {
      user,
      workspace: own.filter((each) => allowed.has(hashOf(each))),
      refused: this.#pending.map(({ name }) => [
        name,
        backendNotAllowedYet(name),
      ]),
    };
  }

  /** Shows all that would run. Returns whether it may. */
  async review(name: string): Promise<boolean> {
    const definition = this.#pending.find((each) => each.name === name);
    if (!definition) return false;
    const allow = "Allow";
    const answer = await vscode.window.showWarningMessage(
      mayBackendRun(name),
      { modal: true, detail: describeCommandLine(definition) },
      allow,
    );
    if (answer !== allow) return false;
    const allowed = this.state.get<string[]>(KEY, []);
    await this.state.update(KEY, [...allowed, hashOf(definition)]);
    this.#changed.fire();
    return true;
  }

  dispose(): Promise<void> {
    return this.#lifetime.dispose();
  }

  async #offer(definition: BackendDefinition): Promise<void> {
    const hash = hashOf(definition);
    if (this.#asked.has(hash)) return;
    this.#asked.add(hash);
    const review = "Review...";
    const { name } = definition;
    const answer = await vscode.window.showWarningMessage(
      mayBackendRun(name),
      review,
    );
    if (answer === review) await this.review(name);
  }

  #tellOnce(sentence: string): void {
    if (this.#asked.has(sentence)) return;
    this.#asked.add(sentence);
    this.log.warn(sentence);
    void vscode.window.showInformationMessage(sentence);
  }
}

function hashOf(definition: BackendDefinition): string {
  return createHash("sha256").update(JSON.stringify(definition)).digest("hex");
}
