// Stub for @vscode/spdlog, which needs a compiler; without it, output channels of extensions stay empty.
const { appendFileSync, mkdirSync } = require("node:fs");
const path = require("node:path");

const levels = ["trace", "debug", "info", "warning", "error", "critical"];

class Logger {
  #file;
  #level = 2;
  #isFormatted = true;

  constructor(file) {
    this.#file = file;
  }
  getLevel() {
    return this.#level;
  }
  setLevel(level) {
    this.#level = level;
  }
  setPattern() {}
  clearFormatters() {
    this.#isFormatted = false;
  }
  flush() {}
  drop() {}
  #write(level, message) {
    if (level < this.#level) return;
    const time = new Date().toISOString().replace("T", " ").slice(0, -1);
    const text = this.#isFormatted
      ? `${time} [${levels[level]}] ${message}\n`
      : message;
    appendFileSync(this.#file, text);
  }
  trace = (message) => this.#write(0, message);
  debug = (message) => this.#write(1, message);
  info = (message) => this.#write(2, message);
  warn = (message) => this.#write(3, message);
  error = (message) => this.#write(4, message);
  critical = (message) => this.#write(5, message);
}

async function createLogger(_name, file) {
  mkdirSync(path.dirname(file), { recursive: true });
  return new Logger(file);
}

module.exports = {
  createRotatingLogger: createLogger,
  createAsyncRotatingLogger: createLogger,
  setFlushOn() {},
  setLevel() {},
};
