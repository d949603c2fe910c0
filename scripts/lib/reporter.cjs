// Mocha's spec report plus retries, and its counts as JSON in $BERTH_TEST_RESULT for scripts/test.mjs.
const { writeFileSync } = require("node:fs");
const { reporters } = require("mocha");

module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    let retried = 0;
    runner.on("retry", (test, error) => {
      retried += 1;
      console.log(`    tried again: "${test.title}", after: ${error.message}`);
    });
    const file = process.env.BERTH_TEST_RESULT;
    if (file)
      runner.once("end", () =>
        writeFileSync(file, JSON.stringify({ ...this.stats, retried })),
      );
  }
};
