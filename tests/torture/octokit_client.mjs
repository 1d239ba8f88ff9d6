// The client of a torture that refreshes by @octokit/auth-oauth-user: one `auth` for each user, shared by the user's tasks.
//
// `auth()` returns the token, and refreshes it when it has expired; the program logs in again when the token endpoint refuses.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

// The peers are installed outside of the repository; NODE_MODULES names the folder above them.
const peers = createRequire(pathToFileURL(`${process.env.NODE_MODULES ?? process.cwd()}/`));
const load = async (name) => import(pathToFileURL(peers.resolve(name)));
const { createOAuthUserAuth } = await load("@octokit/auth-oauth-user");
const { request } = await load("@octokit/request");

const PACE_MS = 1000;
const GIVE_UP_MS = 30_000;

class Over extends Error {}

class User {
  constructor(ready, name) {
    this.ready = ready;
    this.name = name;
  }

  // Replaces the session that was lost, once for all tasks.
  logIn(lost) {
    if (this.auth !== lost) return undefined;
    this.login ??= this.begin().finally(() => { this.login = undefined; });
    return this.login;
  }

  async begin() {
    const answer = await fetch(`${this.ready.login_url}/${this.name}`, { method: "POST" });
    if (answer.status === 410) throw new Over();
    const token = await answer.json();
    const at = (seconds) => new Date(Date.now() + seconds * 1000).toISOString();
    this.auth = createOAuthUserAuth({
      clientType: "github-app",
      clientId: this.ready.client_id,
      clientSecret: this.ready.client_secret,
      token: token.access_token,
      refreshToken: token.refresh_token,
      expiresAt: at(token.expires_in),
      refreshTokenExpiresAt: at(token.refresh_token_expires_in),
      request: request.defaults({ baseUrl: this.ready.web_url }),
    });
  }
}

const isOver = async (user) => (await fetch(user.ready.user_url)).status === 410;
const isRefusal = (error) => [400, 401].includes(error.status) && error.response?.data?.error !== undefined;

// One call. Returns the token that was refused; after its second refusal it is refreshed.
async function call(user, auth, refused) {
  const { token } = await auth();
  const { status } = await fetch(user.ready.user_url, { headers: { authorization: `Bearer ${token}` } });
  if (status === 410) throw new Over();
  if (status === 401 && token === refused) {
    await auth({ type: "refresh" });
    return undefined;
  }
  return status === 401 ? token : undefined;
}

async function work(user) {
  let refused, failingSince;
  for (;;) {
    const { auth } = user;
    try {
      refused = await call(user, auth, refused);
      failingSince = undefined;
    } catch (error) {
      if (error instanceof Over || await isOver(user)) return;
      failingSince ??= Date.now();
      if (isRefusal(error) || Date.now() - failingSince > GIVE_UP_MS) {
        await user.logIn(auth);
        failingSince = undefined;
      }
    }
    await sleep(PACE_MS);
  }
}

async function run(user) {
  try {
    await work(user);
  } catch (error) {
    if (!(error instanceof Over)) throw error;
  }
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { threads: { type: "string", default: "1" } } });
const ready = JSON.parse(await readFile(positionals[0], "utf8"));
const users = ready.users.map((name) => new User(ready, name));
await Promise.all(users.map((user) => user.logIn(undefined)));
await Promise.all(users.flatMap((user) => Array.from({ length: Number(values.threads) }, () => run(user))));
