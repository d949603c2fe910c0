// The repository that `npm start` opens when given no folder: a small app with two linked worktrees.
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { run } from "./task.mjs";

const files = {
  "README.md":
    "# app\n\nA shop in two files. `node src/server.js` serves it.\n",
  "package.json": `${JSON.stringify({ name: "app", version: "1.0.0", type: "module" }, undefined, 2)}\n`,
  "src/server.js": `import { createServer } from "node:http";
import { total } from "./cart.js";

const cart = [
  { name: "rope", price: 12, quantity: 2 },
  { name: "anchor", price: 80, quantity: 1 },
];

createServer((_request, response) => {
  response.end(\`Recieved your order: \${total(cart)} euros\\n\`);
}).listen(3000);
`,
  "src/cart.js": `/** What a cart costs, in euros. */
export function total(cart) {
  return cart.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
}
`,
};

/**
 * Creates the repository `app` in a folder and returns the paths of its linked worktrees.
 * @param {string} folder
 */
export async function makeDemo(folder) {
  const app = path.join(folder, "app");
  for (const [file, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(app, file)), { recursive: true });
    await writeFile(path.join(app, file), content);
  }
  const author = ["-c", "user.name=Demo", "-c", "user.email=demo@example.com"];
  const git = (...args) => run("git", [...author, ...args], { cwd: app });
  await git("init", "--quiet", "--initial-branch=main");
  await git("add", "--all");
  await git("commit", "--quiet", "--no-gpg-sign", "--message=A shop");
  const worktrees = [];
  for (const branch of ["feature-login", "fix-typo"]) {
    const worktree = path.join(folder, `app-${branch}`);
    await git("worktree", "add", "--quiet", "-b", branch, worktree);
    worktrees.push(worktree);
  }
  return worktrees;
}
