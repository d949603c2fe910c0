// The rules that a compiler does not hold: layers by folder, disposables that somebody owns, no floating promises.
import { defineConfig } from "eslint/config";
import { configs } from "typescript-eslint";

const onlyEditor = "Only src/editor and src/extension.ts know vscode.";

/** Forbids imports in a folder, by regular expressions on what is written after `from`. */
const layer = (files, forbidden) => ({
  files,
  rules: {
    "@typescript-eslint/no-restricted-imports": [
      "error",
      {
        patterns: forbidden.map(([regex, message]) => ({ regex, message })),
      },
    ],
  },
});

/** @type {(folders: string) => string} a relative import of one of these folders of src */
const into = (folders) => `^\\.(\\.?/)+(${folders})(/|$)`;

const noDefaultExport = {
  selector: "ExportDefaultDeclaration",
  message: "Export by name.",
};
const noEnum = {
  selector: "TSEnumDeclaration",
  message: "Use a union of literals.",
};
const noOrphan = {
  selector:
    ":matches(ExpressionStatement, SequenceExpression, UnaryExpression) > CallExpression > MemberExpression.callee[property.name=/^(onDid|onWill|register|create)[A-Z]/]",
  message: "Nobody owns the disposable that this call returns.",
};

export default defineConfig(
  { ignores: ["dist", "out"] },
  {
    files: ["{src,test,bench}/**/*.ts"],
    extends: [configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      // Deprecated for simple servers only; ours answers many protocols, and the SDK says to use it then.
      "@typescript-eslint/no-deprecated": [
        "error",
        {
          allow: [
            {
              from: "package",
              package: "@modelcontextprotocol/sdk",
              name: "Server",
            },
          ],
        },
      ],
      // Numbers in messages read well as they are.
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true },
      ],
      "no-restricted-syntax": ["error", noDefaultExport, noEnum],
    },
  },
  {
    files: ["src/**/*.ts"],
    // The command line writes to its streams; everything else has a log.
    rules: { "no-console": "error" },
  },
  {
    files: ["src/editor/**/*.ts", "src/extension.ts"],
    rules: {
      "no-restricted-syntax": ["error", noDefaultExport, noEnum, noOrphan],
    },
  },
  layer(
    ["src/core/**"],
    [
      ["^vscode$", onlyEditor],
      ["^(ws|birpc|@modelcontextprotocol)(/|$)", "core is plain Node."],
      [
        into("host|supervisor|programs|editor|cli"),
        "core knows no other layer.",
      ],
    ],
  ),
  layer(
    ["src/host/**"],
    [
      ["^vscode$", onlyEditor],
      [
        into("supervisor|programs|editor|cli"),
        "host knows only core, and not where it runs.",
      ],
    ],
  ),
  layer(
    ["src/programs/**"],
    [
      ["^vscode$", onlyEditor],
      ["^@modelcontextprotocol(/|$)", "A program is small: no SDK."],
      [into("host|supervisor|editor|cli"), "programs know only core."],
    ],
  ),
  layer(
    ["src/cli/**"],
    [
      ["^vscode$", onlyEditor],
      [into("programs|editor"), "cli knows only core, host and supervisor."],
    ],
  ),
  layer(
    ["src/editor/**"],
    [
      [
        into("supervisor|programs|cli"),
        "editor knows core and the host's contract.",
      ],
      [
        "^\\.(\\.?/)+host/(?!\\w*[cC]ontract$)",
        "editor knows core and the host's contract.",
      ],
    ],
  ),
);
