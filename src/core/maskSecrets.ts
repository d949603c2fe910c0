// Takes out of a text what its user would not show to strangers: whatever may be a token, and who they are.
// It may take too much; it may not leave a token.

const MASK = "<secret>";

export interface Owner {
  /** Home directories, as they may be written. */
  readonly homes: readonly string[];
  /** The name of the account. */
  readonly user: string;
}

/** Tokens are masked; homes become `~`, and the names of users in paths `<user>`. */
export function maskSecrets(text: string, { homes, user }: Owner): string {
  const withoutHomes = homes
    // A system's root as a home is in every path.
    .filter((home) => /[^\\/:]{2}/.test(home))
    .sort((a, b) => b.length - a.length)
    .reduce(
      (rest, home) =>
        rest.replaceAll(new RegExp(`${spelled(home)}(?![\\w.-])`, "gi"), "~"),
      text,
    );
  const name = escapeForPattern(user);
  const withoutUsers = [
    /(?<=[\\/](?:home|Users)[\\/]+)[^\\/\s"'`,;)]+/g,
    ...(name === ""
      ? []
      : [
          new RegExp(`(?<=[\\\\/])${name}(?![\\w.-])`, "gi"),
          new RegExp(`(?<![\\w.-])${name}(?=@)`, "gi"),
        ]),
  ].reduce((rest, pattern) => rest.replaceAll(pattern, "<user>"), withoutHomes);
  return secrets
    .reduce(
      (rest, { pattern, by }) => rest.replaceAll(pattern, by),
      withoutUsers,
    )
    .replaceAll(/[\w-]{24,}/g, (word) => (looksRandom(word) ? MASK : word));
}

const secrets: readonly { readonly pattern: RegExp; readonly by: string }[] = [
  {
    pattern:
      /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
    by: MASK,
  },
  // In an address: user, or user and password.
  { pattern: /(?<=\w:\/\/)[^\s/@"'<>]+(?=@)/g, by: MASK },
  { pattern: /\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, by: `$1 ${MASK}` },
  // Named as one: in JSON, a header, an option, a variable or a query.
  {
    pattern:
      /([\w-]*(?:token|secret|passw(?:or)?d|passphrase|api[-_]?key|access[-_]?key|private[-_]?key|authorization|credential|cookie)[\w-]*["']?(?:\s*[:=]\s*|\s+(?=["']))["']?)(?!<secret>)[^\s"'`,;&}\]]+/gi,
    by: `$1${MASK}`,
  },
  {
    pattern: /(--?[\w-]*(?:token|secret|password|key)\s+)(?!-)\S+/gi,
    by: `$1${MASK}`,
  },
  // As those who give them out mark them.
  {
    pattern:
      /\b(?:[spr]k-[\w-]{8,}|gh[a-z]_\w{16,}|github_pat_\w+|glpat-[\w-]+|xox[a-z]-[\w-]+|A[A-Z]IA[A-Z0-9]{12,}|AIza[\w-]{20,}|(?:npm|hf)_\w{20,}|eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?)/g,
    by: MASK,
  },
  // Base64 with padding.
  { pattern: /[A-Za-z0-9+/]{22,}={1,2}(?![\w=])/g, by: MASK },
];

/** Long, and of letters and digits mixed as in no name. */
function looksRandom(word: string): boolean {
  if (/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(word)) return false;
  if (/[\da-f]{32,}/i.test(word)) return true;
  const kinds = Array.from(word.replaceAll(/[_-]/g, ""), kindOf);
  const changes = kinds.filter((kind, index) => {
    const before = kinds[index - 1];
    return before !== undefined && before !== kind;
  });
  // Of characters drawn by chance, most differ in kind from the one before.
  return changes.length >= kinds.length / (kinds.includes("digit") ? 4 : 3);
}

function kindOf(character: string): "digit" | "upper" | "lower" {
  if (/\d/.test(character)) return "digit";
  return /[A-Z]/.test(character) ? "upper" : "lower";
}

/** A pattern for the path: with either slash, and as JSON writes it. */
function spelled(home: string): string {
  const [first = "", ...rest] = home.replace(/[\\/]+$/, "").split(/[\\/]+/);
  const names = rest.map(escapeForPattern).join("[\\\\/]+");
  return `${escapeForPattern(first)}[\\\\/]${first === "" ? "" : "+"}${names}`;
}

function escapeForPattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
