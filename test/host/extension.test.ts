// The extension as VS Code sees it.
import assert from "node:assert/strict";
import { extensions } from "vscode";

describe("The extension", () => {
  it("is installed and activates", async () => {
    const extension = extensions.getExtension("berth.berth");
    assert.ok(extension);
    await extension.activate();
    assert.equal(extension.isActive, true);
  });
});
