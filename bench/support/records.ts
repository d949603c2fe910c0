// Reads the records of a home, for a bench that has to know the tokens.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { recordSchema } from "../../src/core/registry/formats";

/** The token of each port. */
export function readRecords(home: string): Map<number, string> {
  const directory = path.join(home, "instances");
  return new Map(
    readdirSync(directory)
      .filter((name) => name.endsWith(".json"))
      .map((name) => {
        const text = readFileSync(path.join(directory, name), "utf8");
        const { port, token } = recordSchema.parse(JSON.parse(text));
        return [port, token];
      }),
  );
}
