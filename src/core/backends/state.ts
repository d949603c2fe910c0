// What a backend is doing, as the API, windows and records tell it.

export type BackendState =
  | { readonly kind: "stopped" }
  | {
      readonly kind: "starting";
      /** Milliseconds since 1970. */
      readonly since: number;
    }
  | {
      readonly kind: "ready";
      /** Milliseconds since 1970. */
      readonly since: number;
      readonly pid: number;
      readonly port: number;
      readonly url: string | null;
      /** What its clients send. */
      readonly headers: Readonly<Record<string, string>>;
      /** A sentence for the user; null: nothing is strange. */
      readonly warning: string | null;
    }
  | {
      readonly kind: "backoff";
      /** Crashes in a row. */
      readonly attempt: number;
      /** Milliseconds since 1970. */
      readonly until: number;
      readonly reason: string;
    }
  | { readonly kind: "stopping" }
  | {
      readonly kind: "failed";
      readonly reason: string;
      /** The last lines that it has written. */
      readonly tail: readonly string[];
    };
