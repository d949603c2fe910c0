// What the editor's language servers know of the code.
import * as z from "zod/mini";
import type { Found } from "../../operationsContract";
import { type CallerContext, defineTool, json } from "../tool";
import { countedFromZero, place } from "./positions";

const located = [
  ["goToDefinition", "definition", "Where the symbol at a place is defined."],
  ["findReferences", "references", "Where the symbol at a place is used."],
  [
    "findImplementations",
    "implementations",
    "Where the interface or method at a place is implemented.",
  ],
] as const;

const locationTools = located.map(([name, of, description]) =>
  defineTool({
    name,
    description: `${description} ${countedFromZero} What lies outside of the worktree is only counted (leftOut).`,
    isReadOnly: true,
    input: z.strictObject(place),
    async run({ filePath, line, character }, { resolve, operate }) {
      return found(
        await operate("locations", {
          of,
          path: resolve(filePath),
          position: { line, character },
        }),
        resolve,
      );
    },
  }),
);

const hover = defineTool({
  name: "hover",
  description: `What the editor shows when the mouse rests on a place: types and documentation, as Markdown. ${countedFromZero}`,
  isReadOnly: true,
  input: z.strictObject(place),
  async run({ filePath, line, character }, { resolve, operate }) {
    const path = resolve(filePath);
    const position = { line, character };
    return json({ contents: await operate("hover", { path, position }) });
  },
});

const documentSymbols = defineTool({
  name: "documentSymbols",
  description: `The outline of a file. ${countedFromZero}`,
  isReadOnly: true,
  input: z.strictObject({ filePath: z.string() }),
  async run({ filePath }, { resolve, operate }) {
    return found(
      await operate("documentSymbols", { path: resolve(filePath) }),
      resolve,
    );
  },
});

const workspaceSymbols = defineTool({
  name: "workspaceSymbols",
  description: `The symbols of this worktree whose name contains the query. ${countedFromZero}`,
  isReadOnly: true,
  input: z.strictObject({ query: z.string().check(z.minLength(1)) }),
  async run({ query }, { resolve, operate }) {
    return found(await operate("workspaceSymbols", { query }), resolve);
  },
});

const callHierarchy = defineTool({
  name: "callHierarchy",
  description: `Who calls the function at a place ("incoming"), or what it calls ("outgoing"). ${countedFromZero}`,
  isReadOnly: true,
  input: z.strictObject({
    ...place,
    direction: z.enum(["incoming", "outgoing"]),
  }),
  async run({ filePath, line, character, direction }, { resolve, operate }) {
    return found(
      await operate("callHierarchy", {
        path: resolve(filePath),
        position: { line, character },
        direction,
      }),
      resolve,
    );
  },
});

export const languageTools = [
  ...locationTools,
  hover,
  documentSymbols,
  workspaceSymbols,
  callHierarchy,
];

/** With the name that the other tools give a path. What belongs to another instance is only counted. */
function found<Item extends { readonly path: string }>(
  { items, leftOut }: Found<Item>,
  resolve: CallerContext["resolve"],
) {
  const own = items.filter(({ path }) => {
    try {
      return resolve(path) === path;
    } catch {
      return false;
    }
  });
  return json({
    items: own.map(({ path: filePath, ...item }) => ({ filePath, ...item })),
    leftOut: leftOut + items.length - own.length,
  });
}
