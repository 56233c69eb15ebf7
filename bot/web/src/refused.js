/** The gateway said no. `message` is a sentence for the resident, or empty. */
export class Refused extends Error {
  /** @param {number} status @param {string} code @param {string} message @param {number} wait seconds */
  constructor(status, code, message, wait) {
    super(message);
    this.status = status;
    this.code = code;
    this.wait = wait;
  }
}

/** Is the conversation not known any more? @param {unknown} e */
export const gone = (e) => e instanceof Refused && (e.status === 404 || e.status === 401);
