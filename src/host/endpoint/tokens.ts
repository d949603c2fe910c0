// Which tokens open which path of an endpoint: agents' tokens their protocols, the control token the control API.
import { PROOF_PATH } from "../../core/control/proof";
import type { ServedAddress } from "../../core/registry/keptAddresses";

/** Milliseconds from the start for which agents of before are let in with their old token. */
const ACCEPT_FORMER_FOR = 20_000;

export class EndpointTokens {
  readonly #acceptFormerUntil: number;

  /** `now`: milliseconds of a clock that nobody sets. */
  constructor(
    private readonly address: ServedAddress,
    private readonly now = () => performance.now(),
  ) {
    this.#acceptFormerUntil = now() + ACCEPT_FORMER_FOR;
  }

  /** undefined: no token is asked for. */
  for(path: string): readonly string[] | undefined {
    // Callers ask for it because they do not know yet whom they would send a token.
    if (path === PROOF_PATH) return undefined;
    const { controlToken } = this.address;
    if (path === "/berth/health") return [controlToken, ...this.#agents()];
    return path.startsWith("/berth/") ? [controlToken] : this.#agents();
  }

  #agents(): readonly string[] {
    const { token, formerTokens } = this.address;
    return this.now() < this.#acceptFormerUntil
      ? [token, ...formerTokens]
      : [token];
  }
}
