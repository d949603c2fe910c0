// Mocha's own report for people, and its counts as JSON in $BERTH_TEST_RESULT for scripts/test.mjs.
const { writeFileSync } = require("node:fs");
const { reporters } = require("mocha");

module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const file = process.env.BERTH_TEST_RESULT;
    if (file)
      runner.once("end", () => writeFileSync(file, JSON.stringify(this.stats)));
  }
};
