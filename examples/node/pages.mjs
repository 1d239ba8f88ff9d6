// The pages of the web app. They have no secrets, and load nothing from elsewhere.

export const apiPage = (title, value) =>
  page(title, `<pre>${escape(JSON.stringify(value, null, 2))}</pre>
<form method="post" action="/logout"><button>Log out</button></form>`)

export const messagePage = (text, title = 'Request failed') =>
  page(title, `<p>${escape(text)}</p><p><a href="/login">Log in</a></p>`)

const escape = (text) => text.replace(/[&<>]/g, (letter) => `&#${letter.charCodeAt()};`)

const page = (title, body) => `<!doctype html>
<html lang="en"><meta name="viewport" content="width=device-width"><title>${title}</title>
<style>:root{color-scheme:light dark}body{font:1.1rem/1.6 sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}
pre{font-size:.9rem;white-space:pre-wrap;overflow-wrap:anywhere}p::first-letter{text-transform:uppercase}</style>
<h1>${title}</h1>${body}`
